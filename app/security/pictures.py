"""Pictures from strangers, drawn anew: nothing of the original file is ever served (RG06)."""

from __future__ import annotations

from io import BytesIO

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 4_000_000
LARGEST_SIDE = 256


class NoPicture(Exception):
    """These bytes are no picture that can be shown."""


def redraw(content: bytes) -> bytes:
    """Return a PNG of at most 256 pixels a side, without anything hidden in the original.

    Raises:
        NoPicture: it is of no known format, broken, or far too large.
    """
    # Imported here: few processes ever draw, and it takes memory and time to load.
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 (see above)

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:  # before a pixel is unpacked
                raise NoPicture
            drawn = picture.convert("RGBA")
        drawn.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        out = BytesIO()
        drawn.save(out, "PNG", optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPicture from None
    return out.getvalue()
