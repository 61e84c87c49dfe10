-- The routes of located.cfg.

local function in_dialog()
    if KSR.rr.loose_route() > 0 then
        KSR.tm.t_relay()
    elseif KSR.is_ACK() then
        if KSR.tm.t_check_trans() > 0 then KSR.tm.t_relay() end
    else
        KSR.sl.sl_send_reply(404, "Not here")
    end
end

local function register()
    local ha1 = KSR.pv.get("$sht(users=>$au)")
    if not ha1 or KSR.auth.pv_auth_check("bench.test", ha1, 1, 0) < 0 then
        KSR.auth.auth_challenge("bench.test", 1)
        return
    end
    if KSR.registrar.save("location", 0) < 0 then KSR.sl.sl_reply_error() end
end

function ksr_request_route()
    if KSR.maxfwd.process_maxfwd(10) < 0 then
        KSR.sl.sl_send_reply(483, "Too Many Hops")
        return 1
    end
    if KSR.is_CANCEL() then
        if KSR.tm.t_check_trans() > 0 then KSR.tm.t_relay() end
        return 1
    end
    if KSR.siputils.has_totag() > 0 then
        in_dialog()
        return 1
    end
    if KSR.tm.t_check_trans() == 0 then return 1 end
    if KSR.is_REGISTER() then
        register()
        return 1
    end
    KSR.rr.record_route()
    if KSR.registrar.lookup("location") < 0 then
        KSR.sl.sl_send_reply(404, "Not Found")
        return 1
    end
    if KSR.tm.t_relay() < 0 then KSR.sl.sl_reply_error() end
    return 1
end
