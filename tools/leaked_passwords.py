"""Make the list of leaked passwords that comes along from the word list it is made of.

Usage: python tools/leaked_passwords.py LIST [TARGET]

The list is one password a line, the most frequent first; app/data/README.md says where it comes
from. Only what can matter is kept: long ones however rare, short ones when they are frequent.
"""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app.security import known_leaks

SOURCE_SHA256 = "eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be"
TARGET = Path("app/data/leaked_passwords.filter")
#: Passwords of this length are kept, however far down the list they stand.
LONG = 10
#: Of the shorter ones, from `SHORTEST` on, those among so many first lines.
MOST_FREQUENT = 200_000
SHORTEST = 4


def chosen(lines: list[str]) -> list[str]:
    """Return what is kept of the list, as passwords are compared, each once."""
    kept: dict[str, None] = {}
    for number, line in enumerate(lines):
        word = unicodedata.normalize("NFKC", line).casefold()
        if len(word) >= LONG or (len(word) >= SHORTEST and number < MOST_FREQUENT):
            kept[word] = None
    return sorted(kept)


def main(source: Path, target: Path) -> None:
    """Read, choose, write, and say what came of it."""
    content = source.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SOURCE_SHA256:
        sys.exit(f"this is another list than the one of the README: SHA-256 {found}")
    words = chosen(content.decode("utf-8").splitlines())
    shape = known_leaks.shape_for(len(words))
    known_leaks.build(map(known_leaks.digest, words), target, shape)
    made = hashlib.sha256(target.read_bytes()).hexdigest()
    print(f"{len(words)} entries, {target.stat().st_size} bytes, SHA-256 {made}")
    for length in (8, 15):
        print(f"of {length} characters or more: {sum(len(word) >= length for word in words)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET)
