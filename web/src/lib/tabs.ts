/** Scrolls a bar of tabs so that the tab of the page can be seen, also where not all of them have room. */
export function showCurrent(bar: HTMLElement): () => void {
  const show = () => {
    const tab = bar.querySelector('[aria-current=page]')?.getBoundingClientRect();
    const { left, width } = bar.getBoundingClientRect();
    if (tab) bar.scrollLeft += tab.left + tab.width / 2 - left - width / 2;
  };
  show();
  const watch = new MutationObserver(show);
  watch.observe(bar, { subtree: true, childList: true, attributeFilter: ['aria-current'] });
  return () => watch.disconnect();
}
