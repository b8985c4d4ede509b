// A chart as a PNG file. The drawing is copied onto a canvas shape by shape, with the
// styles that the browser computed: the policy of the pages allows no other way.

const margin = 24;
const scale = 2;

type Words = { title: string; note: string };

function styled(ctx: CanvasRenderingContext2D, e: Element): CSSStyleDeclaration {
  const css = getComputedStyle(e);
  ctx.globalAlpha = Number(css.opacity || 1);
  ctx.lineWidth = Number.parseFloat(css.strokeWidth) || 1;
  ctx.lineJoin = css.strokeLinejoin as CanvasLineJoin;
  ctx.setLineDash(css.strokeDasharray === 'none' ? [] : css.strokeDasharray.split(/[ ,]+/).map(Number.parseFloat));
  return css;
}

const drawn = (color: string) => color !== 'none' && color !== 'transparent' && color !== 'rgba(0, 0, 0, 0)';
const plain = (color: string) => drawn(color) && !color.startsWith('url');

function pathOf(e: SVGElement): Path2D {
  const n = (name: string) => Number(e.getAttribute(name) ?? 0);
  const path = new Path2D(e.tagName === 'path' ? (e.getAttribute('d') ?? '') : undefined);
  if (e.tagName === 'rect') path.rect(n('x'), n('y'), n('width'), n('height'));
  if (e.tagName === 'circle') path.arc(n('cx'), n('cy'), n('r'), 0, 2 * Math.PI);
  return path;
}

function write(ctx: CanvasRenderingContext2D, e: SVGElement, css: CSSStyleDeclaration): void {
  ctx.font = `${css.fontWeight} ${css.fontSize} ${css.fontFamily}`;
  ctx.textAlign = css.textAnchor === 'middle' ? 'center' : css.textAnchor === 'end' ? 'right' : 'left';
  ctx.fillStyle = css.fill;
  ctx.fillText(e.textContent?.trim() ?? '', Number(e.getAttribute('x')), Number(e.getAttribute('y')));
}

function shape(ctx: CanvasRenderingContext2D, e: SVGElement): void {
  const css = styled(ctx, e);
  if (css.visibility === 'hidden' || css.display === 'none') return;
  if (e.tagName === 'text') return write(ctx, e, css);
  const path = pathOf(e);
  const opacity = ctx.globalAlpha;
  if (plain(css.fill)) {
    ctx.globalAlpha = opacity * Number(css.fillOpacity || 1);
    ctx.fillStyle = css.fill;
    ctx.fill(path);
  }
  if (plain(css.stroke)) {
    ctx.globalAlpha = opacity * Number(css.strokeOpacity || 1);
    ctx.strokeStyle = css.stroke;
    ctx.stroke(path);
  }
}

/** The chart with its title and a line beneath. */
export async function pictureOf(svg: SVGSVGElement, { title, note }: Words): Promise<Blob> {
  await document.fonts.ready;
  const { x, y, width, height } = svg.viewBox.baseVal;
  const canvas = document.createElement('canvas');
  canvas.width = (width + 2 * margin) * scale;
  canvas.height = (height + 4 * margin) * scale;
  const ctx = canvas.getContext('2d');
  if (!ctx) throw new Error('This browser cannot draw pictures.');
  const body = getComputedStyle(svg.closest('.sheet') ?? document.body);
  ctx.scale(scale, scale);
  ctx.fillStyle = body.backgroundColor;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = body.color;
  ctx.font = `600 16px ${body.fontFamily}`;
  ctx.fillText(title, margin, margin + 12);
  ctx.font = `400 11px ${body.fontFamily}`;
  ctx.fillText(note, margin, height + 3.3 * margin);
  ctx.translate(margin - x, 2 * margin - y);
  for (const e of svg.querySelectorAll<SVGElement>('path, rect, circle, text')) {
    if (!e.closest('defs, .at')) shape(ctx, e);
  }
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('The picture is too large.'))), 'image/png'),
  );
}

/** Offers something as a download. */
export function download(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A file name from a title. */
export const fileName = (title: string, ending: string) =>
  `${
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '') || 'adtally'
  }.${ending}`;
