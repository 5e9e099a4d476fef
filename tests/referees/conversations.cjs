// Two official JavaScript SDK clients, or one beside another client, driven line by line over standard input.
//
//   node conversations.cjs ws://127.0.0.1:PORT/v3/wsconnect TOKEN
//
// Each input line is {"id": n, "do": name, ...}; each answer {"id": n, "ok": value} or {"id": n, "error": …}.
// Events are written as {"event": name, ...} when they happen.
'use strict';
const readline = require('node:readline');
const { Client } = require('@twilio/conversations');

const [uri, token] = process.argv.slice(2);
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
const client = new Client(token, { Twilsock: { uri }, logLevel: 'silent' });

const person = (user) => ({
  identity: user.identity, online: user.isOnline, notifiable: user.isNotifiable, name: user.friendlyName,
});
const note = (message) => ({ index: message.index, author: message.author, body: message.body, sid: message.sid });

client.on('stateChanged', (state) => say({ event: 'state', state }));
client.on('connectionStateChanged', (state) => say({ event: 'connection', state }));
client.on('connectionError', (error) => say({ event: 'connectionError', ...error }));
client.on('tokenAboutToExpire', () => say({ event: 'tokenAboutToExpire' }));
client.on('tokenExpired', () => say({ event: 'tokenExpired' }));
client.on('messageAdded', (m) => say({ event: 'messageAdded', ...note(m) }));
client.on('messageUpdated', ({ message, updateReasons }) => say({ event: 'messageUpdated', ...note(message), updateReasons }));
client.on('messageRemoved', (m) => say({ event: 'messageRemoved', ...note(m) }));
client.on('conversationJoined', (c) => say({ event: 'joined', sid: c.sid, name: c.uniqueName }));
client.on('conversationLeft', (c) => say({ event: 'left', sid: c.sid }));
client.on('conversationUpdated', ({ conversation: c, updateReasons }) =>
  say({ event: 'conversationUpdated', name: c.uniqueName, state: c.state?.current, updateReasons }));
client.on('participantJoined', (p) => say({ event: 'participantJoined', identity: p.identity }));
client.on('participantLeft', (p) => say({ event: 'participantLeft', identity: p.identity }));
client.on('participantUpdated', ({ participant, updateReasons }) =>
  say({ event: 'participantUpdated', identity: participant.identity, read: participant.lastReadMessageIndex, updateReasons }));
client.on('typingStarted', (p) => say({ event: 'typingStarted', identity: p.identity }));
client.on('typingEnded', (p) => say({ event: 'typingEnded', identity: p.identity }));
client.on('userUpdated', ({ user, updateReasons }) => say({ event: 'userUpdated', ...person(user), updateReasons }));

const conversation = (c) => client.getConversationByUniqueName(c);

const commands = {
  me: async () => ({ ...person(client.user), reachabilityEnabled: client.reachabilityEnabled }),
  conversations: async () => (await client.getSubscribedConversations()).items.map((c) => c.uniqueName),
  create: async ({ name, title }) => (await client.createConversation({ uniqueName: name, friendlyName: title })).sid,
  join: async ({ name }) => { await (await conversation(name)).join(); },
  add: async ({ name, identity }) => { await (await conversation(name)).add(identity); },
  remove: async ({ name, identity }) => { await (await conversation(name)).removeParticipant(identity); },
  send: async ({ name, body }) => (await conversation(name)).sendMessage(body),
  page: async ({ name, size, anchor }) => {
    const page = await (await conversation(name)).getMessages(size, anchor);
    return { items: page.items.map(note), before: page.hasPrevPage, after: page.hasNextPage };
  },
  edit: async ({ name, index, body }) => {
    const page = await (await conversation(name)).getMessages(1, index);
    await page.items[0].updateBody(body);
  },
  erase: async ({ name, index }) => {
    const page = await (await conversation(name)).getMessages(1, index);
    await page.items[0].remove();
  },
  unread: async ({ name }) => (await conversation(name)).getUnreadMessagesCount(),
  advance: async ({ name, index }) => (await conversation(name)).advanceLastReadMessageIndex(index),
  setRead: async ({ name, index }) => (await conversation(name)).updateLastReadMessageIndex(index),
  mute: async ({ name, level }) => { await (await conversation(name)).setUserNotificationLevel(level); },
  level: async ({ name }) => (await conversation(name)).notificationLevel,
  typing: async ({ name }) => { await (await conversation(name)).typing(); },
  user: async ({ identity }) => person(await client.getUser(identity)),
  rename: async ({ name }) => { await client.user.updateFriendlyName(name); },
  push: async ({ device }) => { await client.setPushRegistrationId('fcm', device); },
  unpush: async () => { await client.unsetPushRegistrationId('fcm'); },
  token: async ({ token }) => { await client.updateToken(token); },
  participants: async ({ name }) =>
    (await (await conversation(name)).getParticipants()).map((p) => ({ identity: p.identity, read: p.lastReadMessageIndex })),
  shutdown: async () => { await client.shutdown(); },
};

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, do: name, ...rest } = JSON.parse(line);
  try {
    say({ id, ok: (await commands[name](rest)) ?? null });
  } catch (error) {
    say({ id, error: { message: String(error.message), status: error.status, code: error.code, body: error.body } });
  }
}).on('close', () => process.exit(0));
