// Makes elements. Text is always set as text: what a browser or a user has sent may contain markup.

export const find = (selector) => document.querySelector(selector);

// element('p', { className: 'hint' }, 'text', other, ...)
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// The same with attributes that are no properties.
export function withAttributes(made, attributes) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
