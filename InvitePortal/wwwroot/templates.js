let reloaded = performance.getEntriesByType('navigation')[0]?.type === 'reload';

export function attach(root) {
  let field = root.querySelector('textarea');
  const typed = [...root.querySelectorAll('[data-draft]')];
  const key = f => `draft:${f.dataset.draft}`;
  const changed = f => f.dispatchEvent(new Event('input', { bubbles: true }));
  const forget = () => typed.forEach(f => sessionStorage.removeItem(key(f)));

  // app.js keeps what is typed, and gives it back to empty fields only. Here it comes back after a reload, and only then: whoever left, discarded it.
  if (reloaded) {
    for (const f of typed) {
      const kept = sessionStorage.getItem(key(f));
      if (kept === null || kept === f.value) continue;
      f.value = kept;
      changed(f);
    }
  } else {
    forget();
  }
  reloaded = false;

  root.addEventListener('focusin', e => {
    if (e.target.matches('input, textarea')) field = e.target;
  });
  root.addEventListener('click', e => {
    const button = e.target.closest('[data-insert]');
    if (!button || !field) return;
    // The button has taken the focus; the placeholder goes where the caret stood last.
    field.focus();
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, 'end');
    sessionStorage.setItem(key(field), field.value);
    changed(field);
  });
  root.closest('form')?.addEventListener('click', e => {
    if (e.target.closest('[data-discard]')) forget();
  });
}
