-- The routes of redirect.cfg.

function ksr_request_route()
    if KSR.maxfwd.process_maxfwd(10) < 0 then
        KSR.sl.sl_send_reply(483, "Too Many Hops")
        return 1
    end
    if KSR.is_ACK() then return 1 end
    local user = KSR.pv.get("$rU")
    if not user then
        KSR.sl.sl_send_reply(404, "Not Found")
        return 1
    end
    KSR.seturi("sip:" .. user .. "@127.0.0.1:25060")
    KSR.sl.sl_send_reply(302, "Moved Temporarily")
    return 1
end
