"""A real OpenID provider, Canaille, in a process of its own: `python -m tests.oidc_provider PORT`.

Who is signed in there is told by the cookie `who`, in place of Canaille's own sign-in pages; all
have consented. Eve's address is not verified.
"""

import datetime
import sys
import uuid
import wsgiref.simple_server
from typing import Any

from canaille import create_app
from canaille.app import models
from canaille.app.session import UserSession
from canaille.backends import Backend
from flask import g, request
from joserfc.jwk import JWKRegistry

PEOPLE = ("grace", "eve", "mallory")
VERIFIED = "{% if user.user_name != 'eve' %}true{% endif %}"


def main(port: int, callback: str) -> None:
    jwk = JWKRegistry.generate_key("RSA", 2048)
    jwk.ensure_kid()
    app = create_app(
        config={
            "TESTING": True,
            "ENV_FILE": None,
            "SECRET_KEY": str(uuid.uuid4()),
            "PREFERRED_URL_SCHEME": "http",
            "SERVER_NAME": f"localhost:{port}",
            "CANAILLE": {
                "DATABASE": "memory",
                "JAVASCRIPT": False,
                "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}},
                "LOGGING": {"version": 1},
            },
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [jwk.as_dict(private=True)]},
        }
    )
    # Its settings have no name for this claim, though its answers do.
    app.config["CANAILLE_OIDC"]["USERINFO_MAPPING"]["EMAIL_VERIFIED"] = VERIFIED
    with app.app_context():
        settled(callback)

    def signed_in() -> None:
        who = request.cookies.get("who")
        user = Backend.instance.get(models.User, user_name=who) if who else None
        if user:
            g.session = UserSession(user=user, last_login_datetime=now())

    app.before_request(signed_in)
    server = wsgiref.simple_server.make_server("localhost", port, app, handler_class=Silent)
    print("ready", flush=True)
    server.serve_forever()


def settled(callback: str) -> None:
    """The people, our client, and their consent."""
    client = models.Client(
        client_id="hireledger",
        client_secret="a secret",
        client_name="Hireledger",
        client_uri="http://testserver",
        redirect_uris=[callback],
        client_id_issued_at=now(),
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "email"],
        token_endpoint_auth_method="client_secret_basic",
    )
    Backend.instance.save(client)
    client.audience = [client]
    Backend.instance.save(client)
    for name in PEOPLE:
        user = models.User(
            user_name=name,
            family_name=name.title(),
            formatted_name=name.title(),
            emails=[f"{name}@example.org"],
        )
        Backend.instance.save(user)
        consent = models.Consent(
            consent_id=str(uuid.uuid4()),
            client=client,
            subject=user,
            scope=client.scope,
            issue_date=now(),
        )
        Backend.instance.save(consent)


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Silent(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
