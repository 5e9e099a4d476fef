// One client of an official JavaScript SDK, twilio-chat or @twilio/conversations, driven line by line.
//
//   node sdk.cjs chat|conversations ws://127.0.0.1:PORT/v3/wsconnect TOKEN
//
// Each input line is {"id": n, "do": name, ...}; each answer {"id": n, "ok": value} or {"id": n, "error": …}.
// Events are written as {"event": name, ...} when they happen. Both generations speak chat's words here; the SDK's own
// update reasons stand in `raw`.
'use strict';
const readline = require('node:readline');

const [kind, uri, token] = process.argv.slice(2);
const isChat = kind === 'chat';
const { Client } = require(isChat ? 'twilio-chat' : '@twilio/conversations');
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');

const WORDS = {
  reachabilityOnline: 'online',
  reachabilityNotifiable: 'notifiable',
  lastReadMessageIndex: 'lastConsumedMessageIndex',
  lastReadTimestamp: 'lastConsumptionTimestamp',
};
const reasons = (raw) => ({ raw: [...raw].sort(), reasons: raw.map((word) => WORDS[word] || word).sort() });
const person = (user) => ({
  identity: user.identity,
  online: isChat ? user.online : user.isOnline,
  notifiable: isChat ? user.notifiable : user.isNotifiable,
  name: user.friendlyName,
});
const note = (message) => ({
  index: message.index, author: message.author, body: message.body, attributes: message.attributes,
});
const seat = (member) => ({
  identity: member.identity,
  read: (isChat ? member.lastConsumedMessageIndex : member.lastReadMessageIndex) ?? null,
});
const at = (member) => ({ name: (member.channel || member.conversation).uniqueName });
const room = (channel) => ({
  name: channel.uniqueName, title: channel.friendlyName, status: channel.status, state: channel.state?.current,
});

let client;

function listen() {
  const on = (chat, conversations, tell) => client.on(isChat ? chat : conversations, tell);
  client.on('connectionStateChanged', (state) => say({ event: 'connection', state }));
  client.on('connectionError', (error) => say({ event: 'connectionError', ...error }));
  client.on('tokenAboutToExpire', () => say({ event: 'tokenAboutToExpire' }));
  client.on('tokenExpired', () => say({ event: 'tokenExpired' }));
  client.on('messageAdded', (m) => say({ event: 'messageAdded', ...note(m) }));
  client.on('messageUpdated', ({ message, updateReasons }) =>
    say({ event: 'messageUpdated', ...note(message), ...reasons(updateReasons) }));
  client.on('messageRemoved', (m) => say({ event: 'messageRemoved', ...note(m) }));
  on('channelJoined', 'conversationJoined', (c) => say({ event: 'channelJoined', ...room(c) }));
  on('channelLeft', 'conversationLeft', (c) => say({ event: 'channelLeft', name: c.uniqueName }));
  on('channelRemoved', 'conversationRemoved', (c) => say({ event: 'channelRemoved', name: c.uniqueName }));
  on('channelInvited', 'none', (c) => say({ event: 'channelInvited', ...room(c) }));
  on('channelUpdated', 'conversationUpdated', (e) =>
    say({ event: 'channelUpdated', ...room(e.channel || e.conversation), ...reasons(e.updateReasons) }));
  on('memberJoined', 'participantJoined', (m) => say({ event: 'memberJoined', ...seat(m), ...at(m) }));
  on('memberLeft', 'participantLeft', (m) => say({ event: 'memberLeft', ...seat(m), ...at(m) }));
  on('memberUpdated', 'participantUpdated', (e) =>
    say({ event: 'memberUpdated', ...seat(e.member || e.participant), ...reasons(e.updateReasons) }));
  client.on('typingStarted', (m) => say({ event: 'typingStarted', identity: m.identity }));
  client.on('typingEnded', (m) => say({ event: 'typingEnded', identity: m.identity }));
  client.on('userUpdated', ({ user, updateReasons }) =>
    say({ event: 'userUpdated', ...person(user), ...reasons(updateReasons) }));
  client.on('userSubscribed', (user) => say({ event: 'userSubscribed', identity: user.identity }));
  client.on('userUnsubscribed', (user) => say({ event: 'userUnsubscribed', identity: user.identity }));
}

async function start() {
  client = new Client(token, { Twilsock: { uri }, logLevel: 'silent' });
  client.on('stateChanged', (state) => say({ event: 'state', state }));
  listen();
  if (client.initialize) {  // twilio-chat 5 waits to be asked, which its Client.create does
    await client.initialize();
    say({ event: 'state', state: 'initialized' });
  }
}

const find = (name) => (isChat ? client.getChannelByUniqueName(name) : client.getConversationByUniqueName(name));
const one = async (name, index) => (await (await find(name)).getMessages(1, index)).items[0];
const seatOf = async (name, identity) =>
  (await either(await find(name), 'getMembers', 'getParticipants')()).find((one) => one.identity === identity);
const either = (channel, chat, conversations) => (...given) => channel[isChat ? chat : conversations](...given);

let held;
let page;
let descriptor;
const shown = () => ({ indices: page.items.map((m) => m.index), before: page.hasPrevPage, after: page.hasNextPage });

const commands = {
  me: async () => ({ ...person(client.user), reachability: client.reachabilityEnabled }),
  create: async ({ name, title }) => {
    const create = (isChat ? client.createChannel : client.createConversation).bind(client);
    return (await create({ uniqueName: name, friendlyName: title })).uniqueName;
  },
  join: async ({ name }) => { await (await find(name)).join(); },
  leave: async ({ name }) => { await (await find(name)).leave(); },
  destroy: async ({ name }) => { await (await find(name)).delete(); },
  retitle: async ({ name, title }) => { await (await find(name)).updateFriendlyName(title); },
  describe: async ({ name, attributes }) => { await (await find(name)).updateAttributes(attributes); },
  describeSelf: async ({ attributes }) => { await client.user.updateAttributes(attributes); },
  describeSeat: async ({ name, attributes }) => {
    await (await seatOf(name, client.user.identity)).updateAttributes(attributes);
  },
  attributes: async ({ name, identity, index }) => {
    if (!name) return (await client.getUser(identity)).attributes;
    if (index !== undefined) return (await one(name, index)).attributes;
    return (identity ? await seatOf(name, identity) : await find(name)).attributes;
  },
  add: async ({ name, identity }) => { await (await find(name)).add(identity); },
  invite: async ({ name, identity }) => { await (await find(name)).invite(identity); },
  decline: async ({ name }) => { await (await find(name)).decline(); },
  remove: async ({ name, identity }) => {
    await either(await find(name), 'removeMember', 'removeParticipant')(identity);
  },
  members: async ({ name }) =>
    (await either(await find(name), 'getMembers', 'getParticipants')()).map(seat)
      .sort((a, b) => (a.identity < b.identity ? -1 : 1)),
  send: async ({ name, body, attributes }) => (await find(name)).sendMessage(body, attributes),
  hold: async ({ name }) => { held = await find(name); },
  sendHeld: async ({ body }) => held.sendMessage(body),
  edit: async ({ name, index, body }) => { await (await one(name, index)).updateBody(body); },
  mark: async ({ name, index, attributes }) => { await (await one(name, index)).updateAttributes(attributes); },
  receipts: async ({ name, index }) => (await one(name, index)).getDetailedDeliveryReceipts(),
  erase: async ({ name, index }) => { await (await one(name, index)).remove(); },
  page: async ({ name, size }) => { page = await (await find(name)).getMessages(size); return shown(); },
  older: async () => { page = await page.prevPage(); return shown(); },
  newer: async () => { page = await page.nextPage(); return shown(); },
  unread: async ({ name }) => either(await find(name), 'getUnconsumedMessagesCount', 'getUnreadMessagesCount')(),
  read: async ({ name, index }) =>
    either(await find(name), 'updateLastConsumedMessageIndex', 'updateLastReadMessageIndex')(index),
  advance: async ({ name, index }) =>
    either(await find(name), 'advanceLastConsumedMessageIndex', 'advanceLastReadMessageIndex')(index),
  readAll: async ({ name }) => either(await find(name), 'setAllMessagesConsumed', 'setAllMessagesRead')(),
  readNone: async ({ name }) => either(await find(name), 'setNoMessagesConsumed', 'setAllMessagesUnread')(),
  mute: async ({ name, level }) => { await (await find(name)).setUserNotificationLevel(level); },
  level: async ({ name }) => (await find(name)).notificationLevel,
  typing: async ({ name }) => { await (await find(name)).typing(); },
  user: async ({ identity }) => person(await client.getUser(identity)),
  describeUser: async ({ identity }) => person(descriptor = await client.getUserDescriptor(identity)),
  descriptor: async () => person(descriptor),
  follow: async ({ identities }) => { for (const identity of identities) await client.getUser(identity); },
  followed: async () =>
    (await client.getSubscribedUsers()).map((user) => user.identity).filter((one) => one !== client.user.identity).sort(),
  rename: async ({ name }) => { await client.user.updateFriendlyName(name); },
  push: async ({ device }) => { await client.setPushRegistrationId('fcm', device); },
  unpush: async () => { await client.unsetPushRegistrationId('fcm'); },
  token: async ({ token: fresh }) => { await client.updateToken(fresh); },
  offer: async ({ token: fresh }) => { client.updateToken(fresh).catch(() => {}); },  // twilio-chat 5 may never answer
  shutdown: async () => { await client.shutdown(); },
};

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, do: name, ...rest } = JSON.parse(line);
  try {
    say({ id, ok: (await commands[name](rest)) ?? null });
  } catch (error) {
    say({ id, error: { message: String(error.message), status: error.status, code: error.body?.code ?? error.code } });
  }
}).on('close', () => process.exit(0));

// twilio-chat 5, denied, rejects a promise of its own that no application can reach.
process.on('unhandledRejection', (error) => say({ event: 'unhandled', message: String(error.message) }));
start().catch((error) => say({ event: 'failed', message: String(error.message) }));
