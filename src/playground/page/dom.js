/** Builds DOM nodes: text is always text, never markup, so that no message can become code. */

/**
 * @param {string} tag
 * @param {Record<string, unknown> | null} [props] attributes; `on` holds listeners, `data` a dataset
 * @param {...(Node | string | number | null | undefined | false | Node[])} children
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === 'data') Object.assign(node.dataset, value);
    else if (name === 'class') node.className = value;
    else if (name === 'value' || name === 'checked' || name === 'disabled' || name === 'selected') node[name] = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  append(node, children);
  return node;
}

/** @param {Node} node @param {unknown[]} children */
export function append(node, children) {
  for (const child of children.flat(Number.POSITIVE_INFINITY)) {
    if (child === null || child === undefined || child === false) continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** @param {...unknown} children */
export function fragment(...children) {
  return append(document.createDocumentFragment(), children);
}

/** @param {Element} node @param {...unknown} children */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/**
 * Makes `parent` show `items`, touching only what changed, so that focus, selection and open menus survive an update.
 * @template Item
 * @param {Element} parent
 * @param {Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {(item: Item) => string} signatureOf
 * @param {(item: Item) => Element} create
 */
export function reconcile(parent, items, keyOf, signatureOf, create) {
  const before = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const signature = signatureOf(item);
    let node = before.get(key);
    before.delete(key);
    if (node && node.dataset.signature !== signature) {
      const fresh = create(item);
      const held = node.contains(document.activeElement);
      const focused = held ? document.activeElement.dataset.focus : undefined;
      if (node === cursor) cursor = fresh;
      node.replaceWith(fresh);
      if (held) refocus(fresh, focused);
      node = fresh;
    }
    node ??= create(item);
    node.dataset.key = key;
    node.dataset.signature = signature;
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
  for (const gone of before.values()) gone.remove();
}

/** The same control, or, where it is gone, what held it: nobody is thrown back to the top of the page. */
function refocus(node, name) {
  const same = name && node.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  if (!same) node.tabIndex = -1;
  (same || node).focus({ preventScroll: true });
}

/** A link that can only lead to the web or to mail: `javascript:` and its kin become plain text. */
export function link(address, ...children) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    // Not an address: shown as text below.
  }
  const safe = url && ['http:', 'https:', 'mailto:'].includes(url.protocol);
  if (!safe) return h('span', null, ...children);
  return h('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer' }, ...children);
}
