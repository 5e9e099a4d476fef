// Loaded with `node --require`: what goes to https://PRODUCT.twilio.com goes to the service of CHAT_TUI_URL instead,
// under the name it asked for. The programs that run with it are unmodified.
'use strict';
const http = require('node:http');
const https = require('node:https');

const service = new URL(process.env.CHAT_TUI_URL);
const request = https.request;

https.request = function (first, ...rest) {
  const asked = typeof first === 'string' || first instanceof URL ? new URL(first) : first;
  const name = asked.hostname || asked.host || '';
  if (!name.endsWith('.twilio.com')) return request.call(https, first, ...rest);
  const options = asked instanceof URL ? { path: asked.pathname + asked.search, ...rest.shift() } : asked;
  return http.request(
    {
      ...options,
      agent: undefined,
      protocol: 'http:',
      host: service.hostname,
      hostname: service.hostname,
      port: service.port,
      headers: { ...options.headers, Host: name },
    },
    rest.pop(),
  );
};
