"""Pictures from strangers, drawn anew: nothing of the original file is ever served (RG06)."""

from __future__ import annotations

from io import BytesIO

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 4_000_000
#: What a telephone takes; a JPEG is unpacked no larger than it is needed.
MOST_PIXELS_OF_PHOTO = 64_000_000
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


def portrait(content: bytes) -> bytes:
    """Return a square WebP of at most 256 pixels a side, upright, cut out of the middle.

    Nothing of the file is left: no place, no camera, no colour profile.

    Raises:
        NoPicture: it is of no known format, broken, or far too large.
    """
    # Imported here for the same reason.
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 (see above)

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            most = MOST_PIXELS_OF_PHOTO if picture.format == "JPEG" else MOST_PIXELS
            if picture.width * picture.height > most:  # before a pixel is unpacked
                raise NoPicture
            picture.draft("RGB", (LARGEST_SIDE * 2, LARGEST_SIDE * 2))  # of JPEGs alone
            drawn = ImageOps.exif_transpose(picture).convert("RGBA")
        side = min(*drawn.size, LARGEST_SIDE)
        clean = Image.new("RGBA", (side, side))
        clean.paste(ImageOps.fit(drawn, (side, side)))
        out = BytesIO()
        clean.save(out, "WEBP", quality=85)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPicture from None
    return out.getvalue()
