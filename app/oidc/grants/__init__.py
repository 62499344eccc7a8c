"""Grant types, in the order discovery lists them."""

from app.oidc.extensions import EXTENSIONS
from app.oidc.grants.authorization_code import AuthorizationCodeGrant
from app.oidc.grants.client_credentials import ClientCredentialsGrant
from app.oidc.grants.device_code import DeviceCodeGrant
from app.oidc.grants.refresh_token import RefreshTokenGrant

GRANTS = (
    (AuthorizationCodeGrant, EXTENSIONS),
    (RefreshTokenGrant, ()),
    (ClientCredentialsGrant, ()),
    (DeviceCodeGrant, ()),
)
