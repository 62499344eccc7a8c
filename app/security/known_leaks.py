"""A set of leaked passwords in little space: a Bloom filter in a file, mapped into memory.

It answers "surely not" or "most probably". Entries are SHA-1 digests, since the great collections
of leaks (Have I Been Pwned) are published as those. The file is a header and an array of bits:

    8 bytes   MAGIC
    8 bytes   number of entries            (big-endian, as all numbers here)
    8 bytes   number of bits
    4 bytes   number of bits of one entry
    the rest  the bits, the lowest bit of each byte first

Bit number i of an entry is (a + i * b) modulo the number of bits; a is the first eight bytes of
the digest, b the next eight with their lowest bit set.
"""

from __future__ import annotations

import hashlib
import mmap
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, log
from pathlib import Path

MAGIC = b"SWXLEAK1"
HEADER = struct.Struct(">8sQQI")
PARTS = struct.Struct(">QQ4x")
#: One word in so many that never leaked is taken for one that did.
FALSE_POSITIVES = 1e-5
MOST_BITS_OF_ONE = 40
SHA1_LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::\d+)?\Z")


class NotAFilter(ValueError):
    """The file is no filter, or is cut off."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large the array is, and how many bits each entry sets."""

    entries: int
    bits: int
    bits_of_one: int

    @property
    def length(self) -> int:
        """Return how many bytes the array has."""
        return ceil(self.bits / 8)

    def places(self, digest: bytes) -> Iterator[int]:
        """Yield which bits belong to a SHA-1 digest."""
        first, step = PARTS.unpack(digest)
        step |= 1
        return ((first + number * step) % self.bits for number in range(self.bits_of_one))


class KnownLeaks:
    """A filter in a file; processes that map the same one share its memory."""

    def __init__(self, path: Path) -> None:
        try:
            self.shape = read_shape(path)
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as fault:
            raise NotAFilter(f"{path}: {fault.strerror}") from None

    def __contains__(self, word: str) -> bool:
        """Tell whether a word most probably is among the entries."""
        start = HEADER.size
        return all(
            self._bytes[start + place // 8] >> place % 8 & 1
            for place in self.shape.places(digest(word))
        )


def digest(word: str) -> bytes:
    """Return what an entry is kept by; it hides nothing, it only spreads."""
    return hashlib.sha1(word.encode("utf-8", "replace"), usedforsecurity=False).digest()


def read_shape(path: Path) -> Shape:
    """Return the shape of a filter.

    Raises:
        NotAFilter: it is none, or not whole.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEADER.size)
    if len(head) < HEADER.size:
        raise NotAFilter(f"{path} is not a filter of leaked passwords")
    magic, entries, bits, bits_of_one = HEADER.unpack(head)
    shape = Shape(entries, bits, bits_of_one)
    is_whole = path.stat().st_size == HEADER.size + shape.length
    if magic != MAGIC or not bits or not 0 < bits_of_one <= MOST_BITS_OF_ONE or not is_whole:
        raise NotAFilter(f"{path} is not a filter of leaked passwords")
    return shape


def shape_for(entries: int, *, false_positives: float = FALSE_POSITIVES) -> Shape:
    """Return the smallest shape that takes so many entries for an error rate."""
    most = max(entries, 1)
    bits = ceil(-most * log(false_positives) / log(2) ** 2)
    return Shape(entries, bits, min(max(1, round(bits / most * log(2))), MOST_BITS_OF_ONE))


def build(digests: Iterable[bytes], target: Path, shape: Shape) -> None:
    """Write a filter; it appears under its name when it is whole."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    with unfinished.open("w+b") as file:
        file.write(HEADER.pack(MAGIC, shape.entries, shape.bits, shape.bits_of_one))
        file.truncate(HEADER.size + shape.length)
        file.flush()
        with mmap.mmap(file.fileno(), 0) as array:
            for one in digests:
                for place in shape.places(one):
                    array[HEADER.size + place // 8] |= 1 << place % 8
    unfinished.replace(target)


def digests_in(source: Path) -> Iterator[bytes]:
    """Yield the entries of a list: a password a line, or the SHA-1 lines of Have I Been Pwned."""
    with source.open("rb") as file:
        for line in file:
            entry = line.rstrip(b"\r\n")
            if sha1 := SHA1_LINE.match(entry):
                yield bytes.fromhex(sha1[1].decode())
            elif entry:
                yield digest(entry.decode("utf-8", "replace"))
