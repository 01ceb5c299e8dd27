// A bot made with discord.js 14 for clients_test.py: the same /hello as discordpy_client.py.
//
// node discordjs_client.mjs API TOKEN, in a directory with discord.js in node_modules
import { createRequire } from "node:module";

const { ActionRowBuilder, ButtonBuilder, ButtonStyle, Client, Events, MessageFlags, SlashCommandBuilder } =
  createRequire(process.cwd() + "/")("discord.js");
const [api, token] = process.argv.slice(2);
const client = new Client({ intents: [], rest: { api, version: "10" }, allowedMentions: { parse: [] } });

client.once(Events.ClientReady, async () => {
  await client.application.commands.set([
    new SlashCommandBuilder().setName("hello").setDescription("Says hello")
      .addStringOption((option) => option.setName("word").setDescription("What").setRequired(true).setAutocomplete(true)),
  ]);
});

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isAutocomplete()) {
    const current = interaction.options.getFocused();
    await interaction.respond(["moon", "world"].filter((word) => word.startsWith(current)).map((word) => ({ name: word, value: word })));
  } else if (interaction.isChatInputCommand()) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const word = interaction.options.getString("word");
    const where = interaction.guildId ? "guild" : "DM";
    const again = new ButtonBuilder().setCustomId("again").setLabel("Again").setStyle(ButtonStyle.Primary);
    await interaction.editReply({
      content: `hello ${word} from ${interaction.user.username} in a ${where}`,
      components: [new ActionRowBuilder().addComponents(again)],
    });
    await interaction.followUp({ content: "and more", flags: MessageFlags.Ephemeral });
  } else if (interaction.isButton()) {
    await interaction.update({ content: "pressed", components: [] });
  }
});

client.login(token);
