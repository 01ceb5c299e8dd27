"""A bot made with python3-discord, as its documentation shows, for clients_test.py: /hello with a word that is completed, a
deferred answer that is edited, a button, a follow-up.

discordpy_client.py BASE GATEWAY TOKEN
"""
import sys

import discord
import yarl
from discord import app_commands


class Bot(discord.Client):
    def __init__(self):
        super().__init__(intents=discord.Intents.none(), heartbeat_timeout=30.0,
                         allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        await self.tree.sync()


bot = Bot()


class Again(discord.ui.View):
    @discord.ui.button(label="Again", style=discord.ButtonStyle.primary)
    async def again(self, interaction, _button):
        await interaction.response.edit_message(content="pressed", view=None)


@bot.tree.command(description="Says hello")
async def hello(interaction: discord.Interaction, word: str):
    await interaction.response.defer(ephemeral=True)
    where = "guild" if interaction.guild_id else "DM"
    await interaction.edit_original_response(content=f"hello {word} from {interaction.user.name} in a {where}", view=Again())
    await interaction.followup.send("and more", ephemeral=True)


@hello.autocomplete("word")
async def complete(_interaction, current):
    return [app_commands.Choice(name=word, value=word) for word in ("moon", "world") if word.startswith(current)]


base, gateway, token = sys.argv[1:]
discord.http.Route.BASE = base
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
bot.run(token)
