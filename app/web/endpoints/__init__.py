"""Protocol endpoints, grouped by who knocks: a browser, a client, a token, or anyone."""

from app.web.endpoints import browser, direct, logout, resource

blueprints = (browser.blueprint, direct.blueprint, logout.blueprint, resource.blueprint)
