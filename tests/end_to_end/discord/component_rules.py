"""What Discord takes of a message's components and the official OpenAPI document does not know, for discord_rules.py: rows of
buttons, and the V2 form, in which texts and parts are nested."""
LINK = 5
BUTTON, TEXT, SELECTS = 2, 10, {3, 5, 6, 7, 8}
LARGEST_CUSTOM_ID = 100
MOST_PARTS = 40
# Beyond this Discord fails without a word why: https://github.com/discord/discord-api-docs/issues/8554.
MOST_BYTES, BYTES_A_TEXT = 10170, 12


def rows(found, listed):
    found.must(len(listed) <= 5, "more than five rows")
    found.must(all(row["type"] == 1 and 1 <= len(row["components"]) <= 5 for row in listed),
               "a row without buttons, or with more than five", listed)
    found.must(all(len(row["components"]) == 1 for row in listed if any(one["type"] in SELECTS for one in row["components"])),
               "a menu beside something else", listed)
    controls(found, [part for row in listed for part in row["components"]])


def v2(found, listed):
    parts = list(nested(listed))
    texts = [one["content"].encode() for one in parts if one["type"] == TEXT]
    found.must(len(parts) <= MOST_PARTS, f"more than {MOST_PARTS} components")
    found.must(sum(map(len, texts)) + BYTES_A_TEXT * len(texts) <= MOST_BYTES, "more text in components than Discord can take")
    controls(found, parts)


def nested(listed):
    for one in listed:
        yield one
        yield from nested(one.get("components") or [])
        if one.get("accessory"):
            yield from nested([one["accessory"]])


def controls(found, parts):
    """Buttons and menus: what people press."""
    links = [one for one in parts if one["type"] == BUTTON and one.get("style") == LINK]
    pressed = [one for one in parts if one["type"] in SELECTS | {BUTTON} and one not in links]
    ids = [one.get("custom_id") for one in pressed]
    found.must(all(isinstance(one, str) and 1 <= len(one) <= LARGEST_CUSTOM_ID for one in ids), "a button without an id", ids)
    found.must(len(set(ids)) == len(ids), "two buttons of one id", ids)
    found.must(all(one.get("url") and "custom_id" not in one for one in links), "a link that leads nowhere", links)
    found.must(all(one.get("label") or one.get("emoji") for one in pressed + links if one["type"] == BUTTON),
               "a button that says nothing", parts)
