"""The entry: `app` for the `flask` command and any WSGI server, `gate` for ours."""

import sys

from app import create_app
from app.gate import Gate
from app.named_files import SettingsRefused

try:
    app = create_app()
except SettingsRefused as refused:
    sys.exit(f"Sealwax cannot start:\n{refused}")
gate = Gate(app)
