"""Ctrl-C on a terminal: the run saves, ends with 0 and prints a command that goes on to the same model.

    python3 .ci/ctrl_c.py        from the project's folder, with ./attune built; needs Python's standard library only
"""

import filecmp
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

LONGEST = 600  # seconds; a loaded machine is slow


def on_terminal(command, interrupt_when=None):
    """Runs a command on a terminal of its own and returns its exit code and what it showed."""
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a CI started in the background ignores it, and so would the JVM
        os.execvp(command[0], command)
    shown, interrupted, end = "", interrupt_when is None, time.monotonic() + LONGEST
    while True:
        try:
            got = os.read(terminal, 4096)
        except OSError:  # the terminal's other side is closed
            got = b""
        if not got:
            break
        shown += got.decode("utf-8", "replace")
        if not interrupted and re.search(interrupt_when, shown):
            os.write(terminal, b"\x03")  # the line discipline turns it into SIGINT, as for a person
            interrupted = True
        if time.monotonic() > end:
            os.kill(child, 9)
            sys.exit(f"still running after {LONGEST} s; it showed:\n{shown}")
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown


def lines(shown):
    """What a person sees in the end: a screen that knows the few sequences a progress bar uses."""
    screen, row, column = [""], 0, 0
    for piece in re.findall(r"\x1b\[\d*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", shown):
        if piece == "\r":
            column = 0
        elif piece == "\n":
            row += 1
        elif piece.endswith("A") and piece.startswith("\x1b"):
            row -= 1
        elif piece.endswith("B") and piece.startswith("\x1b"):
            row += 1
        elif piece == "\x1b[2K":
            screen[row] = ""
        elif not piece.startswith("\x1b"):
            screen[row] = screen[row].ljust(column)[:column] + piece + screen[row][column + len(piece):]
            column += len(piece)
        screen += [""] * (row + 1 - len(screen))
    return [line.rstrip() for line in screen]


def check(condition, what, shown):
    if not condition:
        sys.exit(f"Ctrl-C: {what}; the terminal showed:\n{shown}")


def command(folder):
    sets = ["data.train.limit=400", "data.test.limit=50", "train.epochs=2", f"output={folder}", "data.max_length=32", "model.precision=fp32"]
    return ["./attune", "train", "recipes/quickstart.yaml"] + [word for value in sets for word in ("--set", value)]


def main():
    with tempfile.TemporaryDirectory() as temporary:
        whole, stopped = os.path.join(temporary, "whole"), os.path.join(temporary, "a folder's model")
        subprocess.run(command(whole), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        code, shown = on_terminal(command(stopped), interrupt_when=r"[1-9]\d*/2\d ")
        check(code == 0, f"exit code {code}, expected 0", shown)
        check("stopping after this step" in shown, "no word that it stops", shown)
        check(re.search(r"saved .*checkpoint-\d+", shown), "no word where it is saved", shown)
        screen = lines(shown)
        print("\n".join("    " + line for line in screen))
        check(any(line.startswith("attune: stopping after") for line in screen), "the bar hides a line", shown)
        line = re.search(r"stopped and saved; go on with: attune (.*)", shown)
        check(line is not None, "no command to go on", shown)
        check(not os.path.exists(os.path.join(stopped, "model.safetensors")), "it had ended already", shown)

        code, shown = on_terminal(["./attune"] + shlex.split(line.group(1).strip()))
        check(code == 0, f"going on ended with {code}", shown)
        seen = [line for line in lines(shown) if line.startswith("validation at epoch")]
        check(len(seen) in (1, 2) and "validation (40 examples)" in lines(shown), "the bar hides a line", shown)
        for name in ("model.safetensors", "config.json"):
            same = filecmp.cmp(os.path.join(whole, name), os.path.join(stopped, name), shallow=False)
            check(same, f"{name} differs from that of a run which was not stopped", shown)
    print("Ctrl-C saves, and the printed command goes on to the same bytes")


if __name__ == "__main__":
    main()
