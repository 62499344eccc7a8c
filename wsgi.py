"""The entry: `app` for the `flask` command and any WSGI server, `gate` for ours."""

import gc
import sys

# What start-up makes stays: to look through it for garbage was a fifth of the time it takes.
gc.disable()

from app import create_app  # noqa: E402 (what is imported is most of it)
from app.gate import Gate  # noqa: E402 (as above)
from app.named_files import SettingsRefused  # noqa: E402 (as above)

try:
    app = create_app()
except SettingsRefused as refused:
    sys.exit(f"Sealwax cannot start:\n{refused}")
gate = Gate(app)
gc.enable()
