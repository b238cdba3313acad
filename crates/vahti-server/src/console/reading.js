// What a scanned text means. It opens nothing and changes nothing: it says which page shows what was scanned.

const OURS = "/vahti/s/";
const OLD = /^([^\n]{1,256})#([A-Za-z0-9_-]{1,64})$/u;

// Where the text leads: `to`, a page of this host; `elsewhere`, the address of another one; or null, if it is no code.
// `sites` are the origins of this host's pages.
export function reading(text, sites) {
  const link = URL.canParse(text) ? new URL(text) : null;
  if (link !== null && /^https?:$/.test(link.protocol)) {
    if (!link.pathname.startsWith(OURS)) return null;
    // Whatever site of this host showed it: the login of the console holds here.
    return sites.includes(link.origin) ? { to: link.pathname } : { elsewhere: link };
  }
  // The codes of TIM: a name and a session. Anybody can make one, and the page that it leads to says so, and
  // whether the session is that of the name.
  const old = OLD.exec(text);
  return old && { to: `/vahti/console/confirm?session=${old[2]}&how=scan&user=${encodeURIComponent(old[1])}` };
}
