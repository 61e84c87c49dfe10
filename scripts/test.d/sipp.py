"""sipp: its scenarios, with the names of users filled in."""

import re

from stage import HERE, UDP4, expect, free_port, is_bound, wait_for

# What sipp writes above every message of its trace.
SEPARATOR = re.compile(r"^-{10,}.*$", re.MULTILINE)


class Sipp:
    """One sipp that runs one scenario of the folder sipp/; @WORDS@ in it are replaced by `words`."""

    def __init__(self, stage, scenario, server, link=UDP4, calls=1, user=None, password="", options=(), port=None,
                 **words):
        self.link = link
        self.port = port or free_port()
        self.name = f"sipp-{scenario}-{self.port}"
        self.trace = stage.folder / f"{self.name}.messages"
        self.errors = stage.folder / f"{self.name}.errors"
        stage.extra_outputs += [self.errors, self.trace]
        text = (HERE / "sipp" / f"{scenario}.xml").read_text()
        words = {"user": user or "", "domain": "localhost", "password": password, **words}
        for word, value in words.items():
            text = text.replace(f"@{word.upper()}@", str(value))
        left = re.search(r"@[A-Z]+@", text)
        expect(not left, f"{scenario}.xml: nothing given for {left and left.group()}")
        file = stage.folder / f"{self.name}.xml"
        file.write_text(text)
        self.process = stage.start(self.name, [
            "sipp", server.address(link), "-sf", file, "-m", calls, "-i", link.bracketed, "-p", self.port,
            "-t", "u1" if link.transport == "udp" else "t1", "-mi", link.bracketed, "-nostdin", "-timeout", "30s",
            "-timeout_error", "-auth_uri", "localhost", "-trace_err", "-error_file", self.errors, *options,
            *([] if calls > 100 else ["-trace_msg", "-message_file", self.trace])])

    @classmethod
    def listening(cls, *arguments, **options):
        """A sipp that waits for requests, and has begun to."""
        sipp = cls(*arguments, **options)
        wait_for(lambda: is_bound(sipp.link, sipp.port), 5, f"{sipp.name} listens on port {sipp.port}")
        return sipp

    def finish(self, seconds=20):
        """Waits for the end, which has to be a good one."""
        status = self.process.wait(seconds)
        expect(status == 0, f"{self.name} ended with {status}: {self.problem()}")

    def problem(self):
        lines = self.errors.read_text(errors="replace").strip().splitlines() if self.errors.exists() else []
        return lines[1] if len(lines) > 1 else "see its output"

    def messages(self, start):
        """The messages of the trace whose start line begins so."""
        found = []
        for part in SEPARATOR.split(self.trace.read_text(errors="replace")):
            _, _, message = part.partition("\n\n")
            if message.startswith(start):
                found.append(message)
        return found
