// Signs in through the real form and prints the cookies, for the Cookie header of circuits.mjs.
//   node session.mjs http://localhost:5390 EMAIL PASSWORD
const [base, email, password] = process.argv.slice(2);
const jar = {};
async function ask(url, options = {}) {
  const cookie = Object.entries(jar).map(([k, v]) => `${k}=${v}`).join('; ');
  const answer = await fetch(url, { ...options, redirect: 'manual', headers: { ...options.headers, cookie, origin: base } });
  for (const line of answer.headers.getSetCookie()) { const [pair] = line.split(';'); const i = pair.indexOf('='); jar[pair.slice(0, i)] = pair.slice(i + 1); }
  return answer;
}

const page = await (await ask(base + '/sign-in')).text();
const fields = new URLSearchParams();
for (const [tag] of page.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) fields.set(/name="([^"]*)"/.exec(tag)[1], (/value="([^"]*)"/.exec(tag) ?? [, ''])[1]);
fields.set('email', email); fields.set('password', password); fields.set('how', 'password');
const answer = await ask(base + '/sign-in', { method: 'POST', body: fields });
if (answer.status < 300 || answer.status > 303) { console.error(`sign-in answered ${answer.status}`); process.exit(1); }
console.log(Object.entries(jar).map(([k, v]) => `${k}=${v}`).join('; '));
