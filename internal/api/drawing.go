package api

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"adtally"
)

// Measures of a drawing, in pixels.
const (
	boxWidth  = 240
	rowHeight = 18
	layerGap  = 110 // between two layers
	boxGap    = 24  // between two tables of a layer
	margin    = 20
	textInset = 10
	nameLimit = 34 // characters of a name that fit into a box
)

// box is a table in a drawing. It shows the columns of keys and references.
type box struct {
	adtally.DiagramTable
	rows []string
	x, y int
}

func (b box) height() int { return rowHeight * (len(b.rows) + 2) }

// drawing draws a diagram as SVG: every table stands to the right of the tables that it
// refers to.
func drawing(d adtally.Diagram) string {
	boxes, width, height := placed(d)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="Tables and their references" font-family="sans-serif" font-size="12" fill="currentColor" color-scheme="light dark">`+"\n", width, height, width, height)
	b.WriteString(`<g fill="none" stroke="currentColor" stroke-opacity="0.5">` + "\n")
	for _, r := range d.References {
		b.WriteString(line(boxes[r.Table], boxes[r.ToTable], r))
	}
	b.WriteString("</g>\n")
	for _, t := range d.Tables {
		b.WriteString(boxes[t.Name].draw())
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// placed gives each table its place.
func placed(d adtally.Diagram) (boxes map[string]*box, width, height int) {
	boxes = map[string]*box{}
	layers := layersOf(d)
	bottom := make([]int, slices.Max(append([]int{0}, mapValues(layers)...))+1)
	for i := range bottom {
		bottom[i] = margin
	}
	for _, t := range d.Tables {
		layer := layers[t.Name]
		b := &box{DiagramTable: t, rows: shownColumns(t, d.References), x: margin + layer*(boxWidth+layerGap), y: bottom[layer]}
		bottom[layer] += b.height() + boxGap
		boxes[t.Name] = b
		width, height = max(width, b.x+boxWidth+margin), max(height, bottom[layer]-boxGap+margin)
	}
	return boxes, max(width, 2*margin), max(height, 2*margin)
}

func mapValues(m map[string]int) (all []int) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// layersOf returns the layer of each table: one to the right of the tables that it refers
// to. A circle of references ends where it began.
func layersOf(d adtally.Diagram) map[string]int {
	to := map[string][]string{}
	for _, r := range d.References {
		to[r.Table] = append(to[r.Table], r.ToTable)
	}
	layers, open := map[string]int{}, map[string]bool{}
	var layer func(name string) int
	layer = func(name string) int {
		if known, is := layers[name]; is || open[name] {
			return known
		}
		open[name] = true
		n := 0
		for _, other := range to[name] {
			if !open[other] {
				n = max(n, layer(other)+1)
			}
		}
		open[name] = false
		layers[name] = n
		return n
	}
	for _, t := range d.Tables {
		layer(t.Name)
	}
	return layers
}

// shownColumns returns the columns that are a part of the key or of a reference.
func shownColumns(t adtally.DiagramTable, references []adtally.DiagramReference) (names []string) {
	for _, c := range t.Columns {
		refers := slices.ContainsFunc(references, func(r adtally.DiagramReference) bool {
			return r.Table == t.Name && slices.Contains(r.Columns, c.Name) || r.ToTable == t.Name && slices.Contains(r.ToColumns, c.Name)
		})
		if c.Key || refers {
			names = append(names, c.Name)
		}
	}
	return names
}

func (b *box) draw() string {
	var s strings.Builder
	fmt.Fprintf(&s, `<g><title>%s</title><rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="none" stroke="currentColor"%s/>`,
		html.EscapeString(b.Name+": "+b.Description), b.x, b.y, boxWidth, b.height(), dashed(b.Kind))
	fmt.Fprintf(&s, `<text x="%d" y="%d" font-weight="bold">%s</text>`, b.x+textInset, b.y+rowHeight, shortened(b.Name))
	for i, name := range b.rows {
		weight := ""
		if slices.ContainsFunc(b.Columns, func(c adtally.DiagramColumn) bool { return c.Name == name && c.Key }) {
			weight = ` text-decoration="underline"`
		}
		fmt.Fprintf(&s, `<text x="%d" y="%d"%s>%s</text>`, b.x+textInset, b.rowY(i), weight, shortened(name))
	}
	if more := len(b.Columns) - len(b.rows); more > 0 {
		fmt.Fprintf(&s, `<text x="%d" y="%d" text-anchor="end" opacity="0.7">+ %s</text>`, b.x+boxWidth-textInset, b.y+rowHeight, counted(int64(more), "column", "columns"))
	}
	s.WriteString("</g>\n")
	return s.String()
}

// dashed marks what is calculated.
func dashed(k adtally.DiagramKind) string {
	if k == adtally.ViewTable {
		return ` stroke-dasharray="4 3"`
	}
	return ""
}

// rowY is the baseline of a column.
func (b *box) rowY(i int) int { return b.y + rowHeight*(i+2) }

// middle is the height of a column's middle, where lines end.
func (b *box) middle(column string) int {
	return b.rowY(slices.Index(b.rows, column)) - rowHeight/4
}

func shortened(name string) string {
	if runes := []rune(name); len(runes) > nameLimit {
		name = string(runes[:nameLimit-1]) + "…"
	}
	return html.EscapeString(name)
}

// line draws a reference from the left side of a table to the right side of another.
func line(from, to *box, r adtally.DiagramReference) string {
	if from == nil || to == nil || len(r.Columns) == 0 || len(r.ToColumns) == 0 {
		return ""
	}
	x1, y1, x2, y2 := from.x, from.middle(r.Columns[0]), to.x+boxWidth, to.middle(r.ToColumns[0])
	return fmt.Sprintf(`<path d="M%d %d C%d %d %d %d %d %d"><title>%s</title></path>`+"\n", x1, y1, x1-layerGap/2, y1, x2+layerGap/2, y2, x2, y2,
		html.EscapeString(fmt.Sprintf("%s (%s) → %s (%s)", r.Table, strings.Join(r.Columns, ", "), r.ToTable, strings.Join(r.ToColumns, ", "))))
}
