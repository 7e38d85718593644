"""Tries the command in a guest: prints what is wrong, and writes report.txt and answers.txt."""
import sys
import time

sys.path.insert(0, "/lab")
sys.path.insert(0, "/trial")
import handlers  # noqa: E402
import ports  # noqa: E402
import sockets  # noqa: E402
from checks import Report  # noqa: E402
from lists import compare_lists  # noqa: E402

report = Report()
sockets.make_all()
time.sleep(0.5)
for part in [compare_lists, *ports.PARTS, *handlers.PARTS]:
    report.part(part.__name__, part)
report.finish()
