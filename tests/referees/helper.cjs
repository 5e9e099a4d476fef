// What the published documentation does with the official Node helper, in their order; each line of output is [what, result].
'use strict';
const twilio = require('twilio');

const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, SERVICE_SID } = process.env;
const client = twilio(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN);
const say = (what, result) => console.log(JSON.stringify([what, result]));

async function main() {
  const chat = client.chat.v2;
  const made = await chat.services.create({ friendlyName: 'FriendlyName' });
  say('create service', made.sid);
  say('fetch service', (await chat.services(made.sid).fetch()).sid);
  say('list services', (await chat.services.list({ limit: 20 })).map((service) => service.sid).includes(made.sid));
  say('rename service', (await chat.services(made.sid).update({ friendlyName: 'Renamed' })).friendlyName);
  say('delete service', await chat.services(made.sid).remove());

  const off = await chat.services(SERVICE_SID).update({ reachabilityEnabled: false });
  say('reachability off', [off.sid, off.reachabilityEnabled]);
  const on = await client.conversations.v1.services(SERVICE_SID).configuration().update({ reachabilityEnabled: true });
  say('reachability on', [on.chatServiceSid, on.reachabilityEnabled]);

  const channels = chat.services(SERVICE_SID).users('alice').userChannels;
  say('fetch user channel', (await channels('general').fetch()).accountSid);
  say('list user channels', (await channels.list({ limit: 20 })).map((found) => [found.status, found.notificationLevel]));
  say('mute', (await channels('general').update({ notificationLevel: 'muted' })).notificationLevel);
  say('read', (await channels('general').update({ lastConsumedMessageIndex: 0 })).unreadMessagesCount);
  const unset = await channels('general').update({ lastConsumedMessageIndex: null }); // sent as nothing
  say('unread', [unset.lastConsumedMessageIndex, unset.unreadMessagesCount]);

  const refused = await channels('general').update({ notificationLevel: 'loud' }).catch((error) => error);
  say('refusal', [refused.constructor.name, refused.status, refused.code, refused.moreInfo]);
  const names = [];
  await chat.services(SERVICE_SID).users.each({ pageSize: 2, callback: (user) => names.push(user.identity) });
  say('pages', names);

  const here = client.conversations.v1.services(SERVICE_SID);
  const talk = await here.conversations.create({ uniqueName: 'talk', 'timers.inactive': 'PT10M', state: 'active' });
  const seat = await here.conversations('talk').participants.create({ identity: 'alice' });
  const spoken = await here.conversations('talk').messages.create({ author: 'alice', body: 'hello' });
  say('conversation', [talk.state, Object.keys(talk.timers), spoken.index, spoken.participantSid === seat.sid]);
  say('roles', (await here.roles.list()).map((role) => role.type).sort());
  say('default service', (await client.conversations.v1.configuration().fetch()).accountSid);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
