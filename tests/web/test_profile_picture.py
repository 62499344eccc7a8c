"""A picture of one's own: drawn anew, kept here, served to whoever is told its address (RG06)."""

from __future__ import annotations

import base64
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from app.models import ProfilePicture, User
from app.web.bodies import LONGEST_BODY
from tests import factories
from tests.http import Http

UPLOAD = "/account/picture"


def photo(size=(400, 300), kind="JPEG", **options):
    """Return the bytes of a picture, its left half red."""
    drawn = Image.new("RGB", size, "blue")
    drawn.paste("red", (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    drawn.save(out, kind, **options)
    return out.getvalue()


def upload(browser, content, token=None):
    """Send a file as the form on the profile page does; return the answer."""
    token = token or browser.open("/account/profile").csrf_token
    body = (
        b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode()
        + b'\r\n--x\r\nContent-Disposition: form-data; name="picture_file"; filename="me.jpg"\r\n'
        + b"Content-Type: image/jpeg\r\n\r\n" + content + b"\r\n--x--\r\n"
    )  # fmt: skip
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": browser.origin}
    headers |= browser.cookie_header()
    return browser.transport.send(
        "POST", f"{browser.origin}{UPLOAD}", headers=headers, content=body
    )


def served(browser, address):
    """Return the answer to a stranger's request for a picture, which has no cookie."""
    return browser.transport.send("GET", address, headers={})


def claim(db):
    """Return the picture claim of Jane."""
    db.session.rollback()
    return db.session.scalars(select(User.picture)).one()


def test_picture_is_cut_to_a_square_and_shown(signed_in, db):
    assert upload(signed_in, photo()).status == 303

    answer = served(signed_in, claim(db))

    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert Image.open(BytesIO(answer.content)).size == (256, 256)
    assert signed_in.open("/account/profile").has("remove-picture")


def test_nothing_of_the_file_is_left(signed_in, db):
    """The place where it was taken, the camera, a program behind the picture."""
    exif = Image.Exif()
    exif[0x010F] = "a camera with a name"
    content = photo(exif=exif.tobytes(), comment=b"<script>") + b"<?php tail ?>"

    upload(signed_in, content)

    kept = served(signed_in, claim(db)).content
    for hidden in (b"camera", b"<script>", b"<?php", b"Exif"):
        assert hidden not in kept


def test_picture_stands_upright(signed_in, db):
    """A phone writes how it was held: orientation 3 is upside down."""
    exif = Image.Exif()
    exif[0x0112] = 3

    upload(signed_in, photo((300, 300), "PNG", exif=exif))

    shown = Image.open(BytesIO(served(signed_in, claim(db)).content)).convert("RGB")
    assert shown.getpixel((20, 100))[2] > 200, "what was left is right"


def test_application_is_told_the_address(rp, signed_in, db, settings):
    """OIDC Core §5.1: `picture`, an address that anybody it is told to can load."""
    upload(signed_in, photo())
    rp.authorize(signed_in)
    signed_in.allow()

    told = rp.userinfo(rp.redeem(rp.callback(signed_in).code).json["access_token"]).json["picture"]

    assert told == claim(db)
    assert told.startswith(f"{settings.issuer}/picture/")
    assert len(told.rpartition("/")[2]) == 22, "128 random bits"
    assert served(signed_in, told).headers["cross-origin-resource-policy"] == "cross-origin"


def test_new_picture_has_a_new_address(signed_in, db):
    upload(signed_in, photo())
    before = claim(db)
    upload(signed_in, photo((50, 80), "PNG"))

    assert claim(db) != before
    assert served(signed_in, before).status == 404
    assert Image.open(BytesIO(served(signed_in, claim(db)).content)).size == (50, 50)


def test_removed_picture_is_gone(signed_in, db):
    upload(signed_in, photo())
    before = claim(db)

    signed_in.open("/account/profile").press("remove-picture")

    assert signed_in.sees("Your picture is removed.")
    assert claim(db) is None
    assert served(signed_in, before).status == 404


def test_another_address_in_the_profile_replaces_it(signed_in, db):
    upload(signed_in, photo())

    signed_in.open("/account/profile").press("save", picture="https://jane.example/me.png")

    assert db.session.scalars(select(ProfilePicture.user_id)).all() == []


def test_saving_the_profile_keeps_it(signed_in, db):
    upload(signed_in, photo())
    before = claim(db)

    signed_in.open("/account/profile").press("save", nickname="jd")

    assert claim(db) == before
    assert served(signed_in, before).status == 200


@pytest.mark.parametrize("content", [b"", b"no picture", b"<svg xmlns='x'/>", photo()[:200]])
def test_what_is_no_picture_is_refused_in_words(signed_in, db, content):
    answer = upload(signed_in, content)

    assert answer.status == 422
    assert "Choose a picture: PNG, JPEG, WebP or GIF, of at most 5 MB." in answer.text
    assert claim(db) is None


def test_enormous_picture_is_not_unpacked(signed_in, db):
    """A few bytes that would need gigabytes (decompression bomb)."""
    assert upload(signed_in, photo((9000, 9000), "PNG", optimize=True)).status == 422


@pytest.mark.parametrize(("size", "status"), [(LONGEST_BODY * 2, 422), (6 * 1024 * 1024, 413)])
def test_only_this_route_takes_long_bodies_and_not_too_long(signed_in, size, status):
    assert upload(signed_in, b"x" * size).status == status


def test_other_routes_stay_as_short_as_before(http: Http):
    answer = http.post("/login/sign-in", data={"username": "x" * LONGEST_BODY * 2})

    assert answer.status_code == 413


def test_stranger_uploads_nothing(browser, db, jane):
    """security.md SE07: nor does another site in somebody's name."""
    assert upload(browser, photo(), token="made-up").status == 400
    assert db.session.scalars(select(ProfilePicture.user_id)).all() == []


def test_picture_of_who_is_turned_off_is_not_served(signed_in, db, jane, clock):
    upload(signed_in, photo())
    address = claim(db)
    db.session.get(User, jane.id).disabled_at = clock()
    db.session.commit()

    assert served(signed_in, address).status == 404


def test_export_holds_the_picture_itself(signed_in, db):
    upload(signed_in, photo())
    signed_in.open("/account/data").press("download")

    kept = base64.b64decode(signed_in.answer.json["picture"])
    assert kept == db.session.scalars(select(ProfilePicture.content)).one()


def test_chooser_shows_faces(signed_in, db):
    """ux.md 2.7: avatar, name, email."""
    upload(signed_in, photo())
    address = claim(db)
    other = factories.user("john@people.example", picture="https://elsewhere.example/john.png")
    signed_in.open("/login/sign-in?another=yes").sign_in(other.email, factories.PASSWORD)

    pictures = signed_in.open("/login/select-account").shown.root.find_all("img")

    assert [one.get("src") for one in pictures] == [address.removeprefix(signed_in.origin)]
