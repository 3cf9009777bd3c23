// The box of addresses may hold 10,000 of them: its text travels as a stream, never as one message.
export function watch(box, page) {
  let timer;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => page.invokeMethodAsync('AddressesChangedAsync').catch(() => {}), 400);
  };
  box.addEventListener('input', changed);
  if (box.value) changed();
  return { stop: () => box.removeEventListener('input', changed) };
}

// A stream of no bytes cannot be handed over.
export function read(box) {
  return new TextEncoder().encode(box.value || ' ');
}

export async function write(box, stream) {
  box.value = new TextDecoder().decode(await stream.arrayBuffer());
  box.dispatchEvent(new Event('input', { bubbles: true }));
}
