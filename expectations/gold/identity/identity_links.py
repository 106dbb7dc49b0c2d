"""gold.identity_links: every row links something, and only networks are hubs."""

from __future__ import annotations

from expectations.check import all_of, always
from pipelines.gold.identity.identity_links import HUB_PEOPLE, NETWORK, PERSON

CHECKS = (
    all_of(
        "something_is_linked",
        {
            "people_count": f"link = '{PERSON}' or people_count > 1",
            "documents_count": f"link <> '{PERSON}' or (people_count = 1 and documents_count + customers_count > 1)",
            "uses_count": "uses_count > 0 and first_at <= last_at",
        },
        "Several people share it, or a person has several documents or customer ids.",
    ),
    always("kinds_within_documents", "document_kinds_count <= documents_count", "A document is of one kind."),
    always(
        "hubs_are_networks",
        f"is_hub = (link = '{NETWORK}' and people_count > {HUB_PEOPLE})",
        f"A network of more than {HUB_PEOPLE} people is a hub, and nothing else is.",
    ),
    always(
        "no_document_of_two_people",
        "link <> 'document' or people_count = 1",
        "No verified document is of two people.",
        "warning",
    ),
)
