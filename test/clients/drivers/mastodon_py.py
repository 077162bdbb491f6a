"""One step of a journey with Mastodon.py: prints its result as JSON. CLIENT has what earlier steps got."""

import json
import os
import sys

from mastodon import Mastodon

SCOPES = ["read", "write", "follow", "push"]
COPIED = "urn:ietf:wg:oauth:2.0:oob"


def client(known):
    return Mastodon(
        client_id=known["id"],
        client_secret=known["secret"],
        access_token=known.get("token"),
        api_base_url=known["origin"],
    )


def register(_known, origin):
    app_id, secret = Mastodon.create_app(
        "Mastodon.py", scopes=SCOPES, redirect_uris=COPIED, api_base_url=origin
    )
    api = client({"id": app_id, "secret": secret, "origin": origin})
    return {"id": app_id, "secret": secret, "url": api.auth_request_url(scopes=SCOPES)}


def sign_in(known, code):
    api = client(known)
    token = api.log_in(code=code, redirect_uri=COPIED, scopes=SCOPES)
    api.account_verify_credentials()
    return {"token": token}


def follow(known, handle):
    api = client(known)
    account = api.search_v2(handle, resolve=True, result_type="accounts").accounts[0]
    api.account_follow(account)
    return str(account.id)


def home(known):
    statuses = client(known).timeline_home()
    return [{"id": str(status.id), "content": status.content} for status in statuses]


def reply(known, status_id, text):
    api = client(known)
    return str(api.status_reply(api.status(status_id), text).id)


def boost(known, status_id):
    return str(client(known).status_reblog(status_id).id)


def bookmark(known, status_id):
    return str(client(known).status_bookmark(status_id).id)


STEPS = {
    step.__name__: step for step in (register, sign_in, follow, home, reply, boost, bookmark)
}
known = json.loads(os.environ.get("CLIENT", "{}"))
print(json.dumps(STEPS[sys.argv[1]](known, *sys.argv[2:])))
