"""Next.js around a snippet: an application with one address, which says who is signed in."""

from __future__ import annotations

from pathlib import Path

from tests.snippets.parts import files_of

PACKAGES = ("next@16.4.6", "react@19.3.1", "react-dom@19.3.1", "next-auth@5.0.0-beta.32")
SETTINGS = {
    "AUTH_SECRET": "signs-the-sessions-of-one-test-that-is-over-soon",
    "NEXT_TELEMETRY_DISABLED": "1",
}
#: As create-next-app writes it.
JSCONFIG = '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}'
HOME = """
import { auth, signIn } from "@/auth";

export async function GET() {
  const session = await auth();
  return session ? Response.json(session.user) : signIn("sealwax", { redirectTo: "/" });
}
"""
NEXT = ("node", "node_modules/next/dist/bin/next")


def lay_out(folder: Path, snippet: str) -> None:
    """Put a project into a folder: the files of the snippet, and a home."""
    files = {**files_of(snippet), "jsconfig.json": JSCONFIG, "app/route.js": HOME}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
