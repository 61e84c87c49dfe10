-- The routes of options.cfg.

function ksr_request_route()
    if KSR.maxfwd.process_maxfwd(10) < 0 then
        KSR.sl.sl_send_reply(483, "Too Many Hops")
        return 1
    end
    if KSR.is_OPTIONS() and KSR.is_myself_ruri() then
        KSR.sl.sl_send_reply(200, "OK")
        return 1
    end
    KSR.sl.sl_send_reply(404, "Not Found")
    return 1
end
