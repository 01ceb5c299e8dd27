"""What people see of the bot, for those who have none yet: a /create from the plan to the finished VMs, in a Discord and a
Hetzner that are simulated on loopback addresses, with slipwayd between them. tools/run discord-demo runs it.

    SLIPWAY_BUILD=build python3 discord_demonstration.py
"""
import re
import sys

from discord_house import settled
from fake_discord import ANN, FakeDiscord
from harness import Sim
from house import Daemon


def plain(text):
    """Without Discord's markup."""
    return re.sub(r"<t:\d+:R>", "in a moment", re.sub(r"\\(.)", r"\1", text.replace("**", "").replace("`", "")))


def show(message):
    lines = plain(message.get("content") or "").splitlines()
    for embed in message.get("embeds") or []:
        lines += ["", plain(embed["title"])]
        lines += [f"  {field['name']:<10} {plain(field['value'])}" for field in embed.get("fields", [])]
    buttons = [f"[{one['label']}]" for row in message.get("components") or [] for one in row["components"]]
    for line in lines + ([" ".join(buttons)] if buttons else []):
        print("  | " + line if line else "  |")
    print(flush=True)


def main():
    sim, fake = Sim("--boot-ms", "2500"), FakeDiscord()
    daemon = Daemon(sim, DISCORD_TOKEN=fake.token, DISCORD_API_BASE=fake.base, HCLOUD_TOKEN=sim.token,
                    DISCORD_ALLOWED_USERS=ANN.id, HETZNER_PROVISIONING_ENABLED="")
    try:
        sim.add_key("laptop", daemon.key_pair()[1])
        daemon.start()
        fake.gateway.until_ready()
        print("ann types: /create name:demo location:nbg1 image:ubuntu-24.04 count:2\n")
        asked = fake.command(ANN, "create", name="demo", location="nbg1", image="ubuntu-24.04", count=2)
        asked.until(what="the plan")
        show(asked.message)
        print("ann presses: Create\n")
        pressed = fake.press(ANN, asked, "Create")
        pressed.until(settled(2))
        for _, body in pressed.edits:
            show(body)
        print("ann types: /list\n")
        show(fake.command(ANN, "list").until(what="the list"))
        print("ann types: /delete server:demo1, and presses: Delete\n")
        asked = fake.command(ANN, "delete", server="demo1")
        asked.until(lambda message: message["components"])
        pressed = fake.press(ANN, asked, "Delete")
        show(pressed.until(lambda message: "deleted" in message["content"].replace("being deleted", "")))
        return 0
    except AssertionError as failed:
        print(f"slipway: {failed}\n{daemon.log_lines()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        daemon.close()
        fake.close()
        sim.close()


if __name__ == "__main__":
    sys.exit(main())
