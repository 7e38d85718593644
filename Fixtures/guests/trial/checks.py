"""Runs the command in a guest, and notes which of its answers are right."""
import json
import os
import subprocess
import traceback

OUT = "/out"
COMMAND = "/usr/bin/sockdiag"


class Answer:
    """What a run of the command printed, and its exit status."""

    def __init__(self, words, result):
        self.words = words
        self.status = result.returncode
        self.text = result.stdout.decode(errors="replace")
        self.errors = result.stderr.decode(errors="replace")

    @property
    def first_line(self):
        return self.text.split("\n")[0]

    @property
    def document(self):
        return json.loads(self.text)

    @property
    def rows(self):
        return [json.loads(line) for line in self.text.splitlines()]

    def __str__(self):
        return f"$ sockdiag {' '.join(self.words)}\n{self.text}{self.errors}status {self.status}\n"


class Report:
    """The checks so far. `report.txt` has a line for each, and `answers.txt` what the command printed."""

    def __init__(self):
        self.right, self.wrong = 0, []
        self.runs = 0
        self.lines = open(f"{OUT}/report.txt", "w")
        self.answers = open(f"{OUT}/answers.txt", "w")
        self.documents = {}

    def run(self, *words, schema=None, timeout=60, data=None):
        """Runs the command. If a schema is named, the host can compare the output with it."""
        words = [str(word) for word in words]
        result = subprocess.run([COMMAND, *words], capture_output=True, timeout=timeout, input=data)
        answer = Answer(words, result)
        self.runs += 1
        self.answers.write(f"{answer}\n")
        self.answers.flush()
        if schema:
            self.keep_document(schema, answer)
        return answer

    def keep_document(self, schema, answer):
        number = self.documents[schema] = self.documents.get(schema, 0) + 1
        os.makedirs(f"{OUT}/documents", exist_ok=True)
        with open(f"{OUT}/documents/{schema}-{number}.json", "w") as file:
            file.write(answer.text)

    def note(self, what, is_right, detail=""):
        if is_right:
            self.right += 1
        else:
            self.wrong.append(what)
        self.line(f"{'right' if is_right else 'WRONG'}  {what}" + (f": {detail}" if detail and not is_right else ""))

    def line(self, text):
        self.lines.write(text + "\n")
        self.lines.flush()

    def expect(self, answer, what=None, status=0, words=(), absent=(), errors=(), first=None):
        """Notes whether an answer has the status and the words. `first` must be in its first line."""
        missing = [f"no '{word}'" for word in words if word not in answer.text]
        missing += [f"'{word}'" for word in absent if word in answer.text + answer.errors]
        missing += [f"no '{word}' in its errors" for word in errors if word not in answer.errors]
        if first and first not in answer.first_line:
            missing.append(f"no '{first}' in the first line '{answer.first_line}'")
        if answer.status not in (status if isinstance(status, tuple) else (status,)):
            missing.append(f"status {answer.status} instead of {status}: {answer.text[:300]} {answer.errors[:300]}")
        self.note(what or "sockdiag " + " ".join(answer.words), not missing, "; ".join(missing))
        return answer

    def part(self, name, function):
        """Runs a part of the trial. One that breaks is wrong, and the others still run."""
        self.line(f"# {name}")
        print(f"part {name}", flush=True)
        try:
            function(self)
        except Exception:
            self.note(name, False, traceback.format_exc())

    def finish(self):
        self.line(f"# {self.right} right, {len(self.wrong)} wrong, {self.runs} runs of the command")
        print(f"{self.right} right, {len(self.wrong)} wrong, {self.runs} runs of the command", flush=True)
        for what in self.wrong:
            print(f"WRONG {what}", flush=True)


def kernel():
    """The version of the kernel as two numbers."""
    return tuple(int(part) for part in os.uname().release.split(".")[:2])
