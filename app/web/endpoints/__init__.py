"""Protocol endpoints, grouped by who knocks: a browser, a client, a token, or anyone."""

from app.web.endpoints import browser, direct, resource

blueprints = (browser.blueprint, direct.blueprint, resource.blueprint)
