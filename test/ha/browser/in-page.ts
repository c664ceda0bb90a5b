/**
 * What is asked of a page, as text that runs there. Home Assistant's pages are made of elements within elements, which the usual
 * ways of asking do not enter.
 */

/** All nodes that are drawn, in their order. */
const NODES = `
  const nodes = [];
  const walk = (node) => {
    if (['SCRIPT', 'STYLE', 'TEMPLATE'].includes(node.nodeName)) return;
    nodes.push(node);
    if (node.shadowRoot) walk(node.shadowRoot);
    for (const child of node.childNodes) walk(child);
  };
  if (document.body) walk(document.body);
`;

/** All text, line by line. */
export const TEXT = `(() => {
  ${NODES}
  return nodes.filter((node) => node.nodeType === 3 && node.data.trim() !== '').map((node) => node.data.trim()).join('\\n');
})()`;

/** Whether nothing is on its way: fonts, what is loading, and icons, which come late. */
export const COMPLETE = `(() => {
  ${NODES}
  const loading = ['HA-SPINNER', 'HA-CIRCULAR-PROGRESS', 'HASS-LOADING-SCREEN', 'HA-INIT-PAGE'];
  const icons = nodes.filter(({ nodeName }) => nodeName === 'HA-SVG-ICON');
  const named = nodes.filter(({ nodeName }) => nodeName === 'HA-ICON');
  return document.fonts.status === 'loaded'
    && !nodes.some(({ nodeName }) => loading.includes(nodeName))
    && icons.every(({ shadowRoot }) => shadowRoot?.querySelector('path') != null)
    && named.every(({ shadowRoot }) => shadowRoot?.querySelector('ha-svg-icon') != null);
})()`;

/** @returns the middle of the first element that is drawn and that a selector fits; else null. */
export function middleOf(selector: string): string {
  return `(() => {
    ${NODES}
    for (const node of nodes) {
      if (node.nodeType !== 1 || !node.matches(${JSON.stringify(selector)})) continue;
      const { x, y, width, height } = node.getBoundingClientRect();
      if (width > 0 && height > 0) return { x: x + width / 2, y: y + height / 2 };
    }
    return null;
  })()`;
}

/** Opens the dialog in which Home Assistant shows all of one entity. */
export function moreInfo(entityId: string): string {
  const event = `new CustomEvent('hass-more-info', { detail: { entityId: ${JSON.stringify(entityId)} }, bubbles: true, composed: true })`;
  return `void document.querySelector('home-assistant').dispatchEvent(${event})`;
}
