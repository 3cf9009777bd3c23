// A page is shown before it is live, and the live one takes its place a moment later, or long after on a slow line. What was typed, ticked and pressed
// until then is held, and done once the page is live; drafts outlive even a reload.
(() => {
  "use strict";

  const root = document.documentElement;
  // How long after the page has become live its parts may still come, such as a form that waits for data.
  const patience = 3000;

  // Only pages with a circuit have this dialog: the others have nothing to wait for.
  const isLive = () => "live" in root.dataset || !document.getElementById("components-reconnect-modal");

  // Typing. What is typed into [data-draft] outlives a reload (not a closed tab); what is typed too early outlives the change to the live page.
  const left = new Map();
  const early = new Map();
  const key = name => `draft:${name}`;

  const clearDraft = name => {
    left.delete(name);
    sessionStorage.removeItem(key(name));
  };

  const restore = part => {
    const kind = "input[id], textarea, select[id]";
    for (const field of part.matches(kind) ? [part] : part.querySelectorAll(kind)) {
      if (field.type === "checkbox" || field.type === "radio") continue;
      const value = early.get(field.id) ?? (field.value ? undefined : left.get(field.dataset.draft));
      if (value === undefined || field.value === value) continue;
      field.value = value;
      if (early.has(field.id) && document.activeElement === document.body) field.focus();
      // After Blazor has attached its listeners to the new element.
      setTimeout(() => {
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  };

  document.addEventListener("input", e => {
    if (!e.isTrusted) return;
    if (!isLive() && e.target.id) early.set(e.target.id, e.target.value);
    const name = e.target.dataset?.draft;
    if (!name) return;
    left.delete(name);
    if (e.target.value) sessionStorage.setItem(key(name), e.target.value);
    else sessionStorage.removeItem(key(name));
  });

  // Pressing. The live page has other elements: the one that was meant is found again by its kind, its name, and its place among those of one name.
  const held = [];
  const nameOf = element => element instanceof HTMLFormElement
    ? [...element.elements].map(nameOf).join()
    : element.getAttribute("aria-label") || element.labels?.[0]?.textContent.trim() || element.textContent.trim() || element.id;
  const alike = (kind, name) => [...document.querySelectorAll(kind)].filter(element => nameOf(element) === name);

  const hold = (kind, element, act) => {
    const page = document.querySelector("main");
    // A box or a menu pressed twice is back where it was. All else is meant once, however often somebody presses a page that does not answer.
    if (!page || (!element.matches("input, [popovertarget]") && held.some(one => one.element === element))) return;
    const name = nameOf(element);
    held.push({ element, kind, name, at: alike(kind, name).indexOf(element), page, act });
    root.dataset.held = "";
  };

  // A form that posts, a copy button and the like need no circuit, and a submit button submits: the form is held, not the button.
  const presses = "button[type=button]:not([data-copy], [data-fullscreen], [data-print]), input[type=checkbox], input[type=radio]";
  document.addEventListener("click", e => {
    const pressed = e.isTrusted && !isLive() && e.target instanceof Element && e.target.closest(presses);
    if (pressed && !pressed.closest("form[method]")) hold(pressed.tagName, pressed, found => found.click());
  }, true);

  document.addEventListener("submit", e => {
    if (isLive() || e.target.hasAttribute("method")) return;
    e.preventDefault();
    // Nothing is on its way yet: its drafts are kept.
    e.stopPropagation();
    hold("form", e.target, found => found.requestSubmit());
  }, true);

  const release = () => {
    while (held.length > 0) {
      const { kind, name, at, page, act } = held[0];
      // Of the live page already: Blazor has heard it itself.
      if (!page.isConnected) {
        const found = alike(kind, name)[at];
        if (!found) return;
        // After what was typed.
        setTimeout(() => act(found));
      }
      held.shift();
    }
    delete root.dataset.held;
  };

  // Dialogs and forms come later: every field is looked at when it appears.
  new MutationObserver(changes => {
    if (left.size + early.size > 0) {
      for (const change of changes) {
        for (const node of change.addedNodes) if (node instanceof Element) restore(node);
      }
    }
    if (held.length > 0 && isLive()) release();
  }).observe(document.body, { childList: true, subtree: true });

  window.portal = {
    /** What was typed has arrived: forget it. */
    clearDraft,
    /** The page has become live: its elements have their listeners. */
    live: () => {
      root.dataset.live = "";
      release();
      setTimeout(() => {
        early.clear();
        held.length = 0;
        delete root.dataset.held;
      }, patience);
    },
  };

  for (let i = 0; i < sessionStorage.length; i++) {
    const name = sessionStorage.key(i);
    if (name.startsWith("draft:")) left.set(name.slice(6), sessionStorage.getItem(name));
  }
  restore(document.body);
})();
