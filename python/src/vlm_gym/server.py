"""Starting `vlm-gym serve` as a process of our own, which ends with this one."""

from __future__ import annotations

import atexit
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence

from vlm_gym.errors import GymError

#: Seconds until a server has to say where it listens: npx may have to fetch it first.
START = 120.0
#: Seconds that a server has for an orderly end.
END = 5.0


def command_of(command: str | Sequence[str] | None = None) -> list[str]:
    """Words that run the command `vlm-gym`: those given, else VLM_GYM_COMMAND, `vlm-gym` in PATH, or `npx vlm-gym`. Raises GymError."""
    command = command or os.environ.get("VLM_GYM_COMMAND")
    if command:
        return shlex.split(command) if isinstance(command, str) else list(command)
    if found := shutil.which("vlm-gym"):
        return [found]
    if found := shutil.which("npx"):
        return [found, "--yes", "vlm-gym"]
    raise GymError(
        "no vlm-gym and no npx in PATH: install Node 20.19 or later (then `npm install -g vlm-gym`), name the command in VLM_GYM_COMMAND, "
        "or give the URL of a server that runs elsewhere"
    )


class Server:
    """A running `vlm-gym serve` on a free port of this machine. `url`: its address. key: what it asks its clients for."""

    def __init__(self, command: str | Sequence[str] | None = None, key: str | None = None) -> None:
        words = [*command_of(command), "serve", "--port", "0", "--json", "--end-with-stdin"]
        surroundings = os.environ if key is None else {**os.environ, "VLM_GYM_KEY": key}
        self._owner = os.getpid()
        with tempfile.TemporaryFile() as errors:
            try:
                # Its standard input ends with this process, however that ends. A session of its own: Ctrl-C is for this process alone.
                self._process = subprocess.Popen(
                    words, env=surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
                )
            except OSError as error:
                raise GymError(f"{words[0]} cannot be run: {error.strerror}; give another command or set VLM_GYM_COMMAND") from error
            answer = self._answer()
            try:
                self.url: str = json.loads(answer)["url"]
            except (ValueError, TypeError, KeyError) as error:
                self.close()
                errors.seek(0)
                said = (answer + errors.read()).decode(errors="replace").strip()
                raise GymError(f"{shlex.join(words)} did not start: {said or f'it was silent for {START:.0f} seconds'}") from error
        atexit.register(self.close)

    def _answer(self) -> bytes:
        """The object of JSON that it prints when it listens; less if it ends before, or says nothing for too long."""
        lines: list[bytes] = []
        out = self._process.stdout
        assert out is not None

        def read() -> None:
            for line in out:
                lines.append(line)
                if line.rstrip().endswith(b"}"):
                    return

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(START)
        return b"".join(lines)

    def close(self) -> None:
        """Ends it. Nothing happens in a process that was forked from the one that started it, or the second time."""
        process = self._process
        if self._owner != os.getpid() or process.poll() is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        if process.stdout is not None:
            process.stdout.close()
        try:
            process.wait(END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        atexit.unregister(self.close)
