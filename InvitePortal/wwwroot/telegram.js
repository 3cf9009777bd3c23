// The page of the Mini App: tells the portal who has come from Telegram, and shows what became of it. What Telegram hands over stands behind the # of
// the address. It is taken from there at once, goes to the portal in the body of one request, and is kept nowhere.
(() => {
  "use strict";

  const page = document.getElementById("mini-app");
  if (!page) return;

  const read = text => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };

  const launch = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  const initData = launch.get("tgWebAppData") ?? "";
  const fields = new URLSearchParams(initData);
  const code = fields.get("start_param") ?? launch.get("tgWebAppStartParam");

  // Telegram's colours say whether it is dark or light; the portal's own keep their contrast.
  const colour = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(read(launch.get("tgWebAppThemeParams"))?.bg_color ?? "");
  if (colour) {
    const [red, green, blue] = colour.slice(1).map(part => parseInt(part, 16));
    document.documentElement.dataset.scheme = red * 299 + green * 587 + blue * 114 < 128000 ? "dark" : "light";
  }

  const wish = read(fields.get("user"))?.language_code;
  const spoken = typeof wish === "string" ? wish.toLowerCase().split("-")[0] : document.documentElement.lang;
  const language = spoken === "ru" ? "ru" : "en";
  const texts = document.querySelector(`[data-language="${language}"]`).dataset;
  const fill = (text, ...values) => values.reduce((filled, value, at) => filled.replace(`{${at}}`, () => value), text);

  // In Telegram for the web the page is a frame, in which browsers keep no cookies of the portal; everywhere else it has the window to itself.
  const framed = window.parent !== window;
  const tell = type => {
    if (window.TelegramWebviewProxy?.postEvent) window.TelegramWebviewProxy.postEvent(type, "{}");
    else if (framed) window.parent.postMessage(JSON.stringify({ eventType: type, eventData: {} }), "https://web.telegram.org");
  };

  const part = name => document.getElementById(`mini-app-${name}`);
  const put = (name, text) => {
    part(name).textContent = text ?? "";
    part(name).hidden = !text;
  };

  const show = ({ title, text, who, button, act, isResult }) => {
    page.setAttribute("aria-busy", String(!button));
    if (isResult) page.setAttribute("role", "dialog");
    put("title", title);
    put("text", text);
    put("who", who);
    put("go", button);
    part("go").onclick = act;
    if (button) part("title").focus();
  };

  const leave = () => framed ? tell("web_app_close") : location.assign("/");

  // Only by the button: nobody is signed in without seeing as whom.
  const enter = token => () => {
    const form = document.getElementById("mini-app-enter");
    form.elements.token.value = token;
    form.submit();
  };

  const onwards = joined => framed
    ? { who: texts.framed, act: leave }
    : { who: fill(texts.who, joined.user.displayName), act: enter(joined.token) };

  const wordsOf = joined => {
    const side = joined.teacher ? "Teacher" : "Student";
    const owner = (joined.teacher ?? joined.student)?.displayName;
    switch (joined.outcome) {
      case "NEW_PERSON":
        return { title: texts.title, text: fill(texts[`newPerson${side}`], owner) };
      case "ROLE_CHANGED":
        return { title: texts.title, text: texts[`roleChanged${side}`] };
      case "NEW_OWNER":
        return { title: texts[`newOwnerTitle${side}`], text: fill(texts[`newOwner${side}`], owner) };
      case "CONNECTED":
        return { title: texts.connectedTitle, text: texts.connected };
      case "SUBJECT_JOINED":
        return { title: texts.subjectJoinedTitle, text: fill(texts.subjectJoined, joined.subject.subject, owner) };
      default:
        return { title: fill(texts.signedInTitle, joined.user.displayName), text: texts.signedIn };
    }
  };

  const join = async (referralCode, confirm) => {
    const answer = await fetch("/api/auth/join", {
      method: "POST",
      // The language is Telegram's, not that of a cookie.
      credentials: "omit",
      headers: { "Content-Type": "application/json", "Accept-Language": language },
      body: JSON.stringify({ initData, ...(referralCode && { referralCode }), ...(confirm && { confirm }) }),
    });
    return { status: answer.status, body: await answer.json() };
  };

  const start = async confirm => {
    show({ title: texts.progress });
    let joined;
    let known;
    try {
      joined = await join(code, confirm === true);
      if (joined.body.code === "telegram.connect_ask") {
        show({ title: texts.connectTitle, text: joined.body.detail, button: texts.connect, act: () => start(true), isResult: true });
        return;
      }
      // A link that does not work keeps nobody out whom the portal knows.
      if (code && [400, 404, 409, 410].includes(joined.status)) known = await join();
    } catch {
      show({ title: texts.notIn, text: texts.network, button: texts.again, act: start });
      return;
    }
    if (joined.status === 200) {
      show({ ...wordsOf(joined.body), button: joined.body.outcome === "SIGNED_IN" ? texts.open : texts.understood, isResult: true, ...onwards(joined.body) });
    } else if (joined.status >= 500) {
      show({ title: texts.notIn, text: joined.body.detail, button: texts.again, act: start });
    } else {
      const way = known?.status === 200 ? onwards(known.body) : { act: leave };
      show({ title: code && !code.startsWith("L_") ? texts.failed : texts.notIn, text: joined.body.detail, button: texts.home, ...way });
    }
  };

  tell("web_app_ready");
  if (initData) {
    document.documentElement.lang = language;
    document.title = texts.page;
    start();
  } else if (!page.dataset.notice) {
    show({ title: texts.outsideTitle, text: texts.outside, button: texts.home, act: leave });
  }
})();
