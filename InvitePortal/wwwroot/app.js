// The little that a page needs besides Blazor: reconnecting, dialogs, menus, copying, the colour scheme without a reload.
(() => {
  "use strict";

  // Reconnecting. Most losses are short (a tunnel, a lid closed), so the first tries come fast; then every five seconds for some minutes.
  const maxRetries = 60;
  const retryAfter = tries => tries >= maxRetries ? null : tries === 0 ? 0 : tries < 10 ? 500 : 5000;

  const reload = () => location.reload();

  // The page was made for rights that its person no longer has, and is loaded anew. But the tab in which they were changed is on its way to another page,
  // which that would stop: it has a moment to set out, and time to arrive. If nothing comes, it is loaded anew all the same.
  const moment = 500;
  const patience = 4000;
  let leavingUntil = 0;
  portal.leave = () => {
    leavingUntil = Date.now() + patience;
  };
  portal.reload = () => {
    setTimeout(() => setTimeout(reload, Math.max(0, leavingUntil - Date.now())), moment);
  };

  const tryNow = async () => {
    try {
      // False: the server answers, but no longer has this circuit.
      if (await Blazor.reconnect() === false) reload();
    } catch {
      // Still no network: the dialog stays, and says so.
    }
  };

  const watchConnection = () => {
    const dialog = document.getElementById("components-reconnect-modal");
    if (!dialog) return;
    const has = name => dialog.classList.contains(name);
    new MutationObserver(() => {
      if (has("components-reconnect-rejected")) reload();
    }).observe(dialog, { attributes: true, attributeFilter: ["class"] });
    const again = () => {
      if (has("components-reconnect-failed")) tryNow();
    };
    addEventListener("online", again);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
    dialog.addEventListener("click", e => {
      if (e.target.closest("[data-retry]")) has("components-reconnect-rejected") ? reload() : tryNow();
    });
  };

  // A connection that the server refuses to open (too many are open already) fails without a word from Blazor.
  addEventListener("unhandledrejection", e => {
    const failed = document.getElementById("blazor-error-ui");
    if (failed && e.reason?.errorType === "FailedToNegotiateWithServerError") failed.style.display = "block";
  });
  document.addEventListener("click", e => {
    if (e.target instanceof Element && e.target.closest("#blazor-error-ui .reload")) reload();
  });

  // Blazor goes to the top of the page after each change of the address. Where only the person beside a list changes, the list stays where it is.
  const listOf = url => {
    const list = new URL(url, location.href);
    list.searchParams.delete("person");
    return list.href;
  };
  let stays = false;
  for (const change of ["pushState", "replaceState"]) {
    const original = history[change].bind(history);
    history[change] = (state, title, url) => {
      stays = url != null && String(url) !== location.href && listOf(url) === listOf(location.href);
      original(state, title, url);
    };
  }
  const scroll = window.scrollTo.bind(window);
  window.scrollTo = (...to) => {
    if (!stays || to[0] !== 0 || to[1] !== 0) scroll(...to);
    stays = false;
  };

  // Dialogs. Radzen gives them the focus half a second after they open, even to somebody who has begun to type in another field;
  // here they get it as they open, and whoever is in them already stays where they are.
  const enter = dialog => {
    if (dialog.contains(document.activeElement)) return;
    (dialog.querySelector("[autofocus]") ?? Radzen.getFocusableElements(dialog)[0])?.focus();
  };
  if (window.Radzen) {
    const open = Radzen.openDialog;
    Radzen.openDialog = (options, ...rest) => {
      open(options, ...rest);
      const dialog = [...document.querySelectorAll(".rz-dialog-content")].at(-1);
      if (dialog && options.autoFocusFirstElement) enter(dialog);
    };
    Radzen.focusFirstFocusableElement = enter;
  }

  // Menus: the browser's popover opens, closes, and gives the focus back; here they get their place and their arrow keys.
  const items = menu => [...menu.querySelectorAll("[role^=menuitem]:not(:disabled)")];

  const place = menu => {
    const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
    if (!opener || !menu.classList.contains("menu")) return;
    const at = opener.getBoundingClientRect();
    const size = menu.getBoundingClientRect();
    const left = at.left + size.width + 8 > innerWidth ? at.right - size.width : at.left;
    const below = at.bottom + 4;
    const top = below + size.height + 8 > innerHeight && at.top - size.height - 4 > 0 ? at.top - size.height - 4 : below;
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`;
    menu.style.top = `${top}px`;
  };

  document.addEventListener("toggle", e => {
    const menu = e.target;
    if (!(menu instanceof HTMLElement) || !menu.popover) return;
    const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
    const open = e.newState === "open";
    opener?.setAttribute("aria-expanded", String(open));
    if (!open || menu.getAttribute("role") !== "menu") {
      if (open) place(menu);
      return;
    }
    const ready = () => {
      place(menu);
      markScheme(menu);
      (menu.querySelector("[aria-checked=true]") ?? items(menu)[0])?.focus();
    };
    if (menu.firstElementChild) return ready();
    // Row menus are filled by the server when they are opened.
    const filled = new MutationObserver(() => {
      filled.disconnect();
      if (menu.matches(":popover-open")) ready();
    });
    filled.observe(menu, { childList: true });
  }, true);

  const markScheme = menu => menu.querySelectorAll("[data-scheme-choice]").forEach(choice =>
    choice.setAttribute("aria-checked", String(choice.value === (document.documentElement.dataset.scheme ?? "auto"))));

  const closeMenus = () => document.querySelectorAll(".menu:popover-open").forEach(menu => menu.hidePopover());
  addEventListener("scroll", e => e.target instanceof Element && e.target.closest(".menu") || closeMenus(), { capture: true, passive: true });
  addEventListener("resize", closeMenus);

  document.addEventListener("keydown", e => {
    const menu = e.target instanceof Element ? e.target.closest("[role=menu]") : null;
    if (!menu) return;
    const all = items(menu);
    const now = all.indexOf(document.activeElement);
    const step = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[e.key];
    if (step !== undefined) {
      e.preventDefault();
      all[(step + all.length) % all.length]?.focus();
    } else if (e.key === "Tab") {
      menu.hidePopover();
    } else if (e.key.length === 1 && e.key !== " " && !e.ctrlKey && !e.metaKey && !e.altKey) {
      const letter = e.key.toLocaleLowerCase();
      const rest = [...all.slice(now + 1), ...all.slice(0, now + 1)];
      rest.find(item => item.textContent.trim().toLocaleLowerCase().startsWith(letter))?.focus();
    }
  });

  document.addEventListener("click", e => {
    const target = e.target instanceof Element ? e.target : null;
    const popover = target?.closest("[popover]");
    if (popover && target.closest("[role^=menuitem], a")) popover.hidePopover();

    const copy = target?.closest("[data-copy]");
    if (copy) copyFrom(copy);

    const big = target?.closest("[data-fullscreen]");
    if (big) showBig(big.dataset.fullscreen);

    if (target?.closest("[data-print]")) print();
  });

  // For the last row. The whole page goes full screen and the element covers it: what asks or tells stays in sight above. A phone that cannot keeps the page.
  const showBig = id => document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen?.().then(() => { document.documentElement.dataset.big = id; }).catch(() => {});
  document.addEventListener("fullscreenchange", () => document.fullscreenElement || delete document.documentElement.dataset.big);

  // Copying. Without a secure context there is no clipboard API: the old command does it.
  const writeText = async text => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("copy");
  };

  const copyFrom = async button => {
    try {
      await writeText(button.dataset.copy);
    } catch {
      return;
    }
    const said = button.querySelector("[data-said]");
    button.dataset.copied = "";
    if (said) said.textContent = button.dataset.done;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      delete button.dataset.copied;
      if (said) said.textContent = "";
    }, 2000);
  };

  // A code is pasted with blanks, dashes or a whole sentence around it.
  document.addEventListener("paste", e => {
    const field = e.target;
    if (!(field instanceof HTMLInputElement) || field.autocomplete !== "one-time-code") return;
    const digits = e.clipboardData.getData("text").replace(/\D/g, "");
    if (digits.length !== 6) return;
    e.preventDefault();
    field.value = digits;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // The colour scheme changes in place; without this script the same form does it with a reload.
  document.addEventListener("submit", async e => {
    const form = e.target;
    if (form.matches("form[data-progress]")) form.classList.add("sending");
    if (!form.matches("form[data-scheme-form]")) {
      if (form.hasAttribute("method")) portal.leave();
      form.querySelectorAll("[data-draft]").forEach(field => portal.clearDraft(field.dataset.draft));
      return;
    }
    e.preventDefault();
    const data = new FormData(form, e.submitter);
    const scheme = data.get("scheme");
    if (scheme === "auto") delete document.documentElement.dataset.scheme;
    else document.documentElement.dataset.scheme = scheme;
    try {
      await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
    } catch {
      // Offline: the choice holds for this page.
    }
  });

  Blazor.start({ circuit: { reconnectionOptions: { maxRetries, retryIntervalMilliseconds: retryAfter } } }).then(watchConnection);
})();
