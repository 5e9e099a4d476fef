"""Users over REST."""

from tests.support.service import Tenant


def test_nobody_can_set_what_the_service_keeps_of_a_user(tenant: Tenant) -> None:
    """Both marks are read-only: what would say them is ignored, at the creation and in an update (contract R4, R13)."""
    marks = {"IsOnline": "true", "IsNotifiable": "true"}
    for path, given in (("/Users", {"Identity": "bob"}), ("/Users/bob", {"FriendlyName": "Bob"})):
        shown = tenant.post(f"{tenant.path}{path}", **marks, **given)
        assert (shown["is_online"], shown["is_notifiable"]) == (None, None)
