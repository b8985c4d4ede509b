// Package markdown renders the documents of connectors for the UI.
package markdown

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// Section is a heading of a document with the text up to the next heading.
type Section struct {
	Anchor string // unique in the document
	Title  string
	Level  int // 1 to 6
	HTML   string
}

// Sections splits a document at its headings and renders each part. Raw HTML in the
// document is left out. Text before the first heading is not part of a section and is
// left out too.
func Sections(document string) (all []Section, err error) {
	source := []byte(document)
	md := goldmark.New(goldmark.WithExtensions(extension.Table))
	taken := map[string]int{}
	var html bytes.Buffer
	for n := md.Parser().Parse(text.NewReader(source)).FirstChild(); n != nil; n = n.NextSibling() {
		if h, isHeading := n.(*ast.Heading); isHeading {
			finish(all, &html)
			title := textOf(h, source)
			all = append(all, Section{Anchor: unique(anchor(title), taken), Title: title, Level: h.Level})
			continue
		}
		if len(all) == 0 || n.Kind() == ast.KindHTMLBlock {
			continue
		}
		if err := md.Renderer().Render(&html, source, n); err != nil {
			return nil, fmt.Errorf("render the section %s: %w", all[len(all)-1].Anchor, err)
		}
	}
	finish(all, &html)
	return all, nil
}

// finish gives the last section its text.
func finish(all []Section, html *bytes.Buffer) {
	if len(all) > 0 {
		all[len(all)-1].HTML = strings.TrimSpace(html.String())
	}
	html.Reset()
}

// textOf returns the text of a node without its formatting.
func textOf(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch t := c.(type) {
		case *ast.Text:
			b.Write(t.Segment.Value(source))
		case *ast.String:
			b.Write(t.Value)
		default:
			b.WriteString(textOf(c, source))
		}
	}
	return b.String()
}

// anchor makes an anchor from a title, as GitHub does.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '_', r == '-':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		}
		return -1
	}, title)
}

// unique adds a number to an anchor that is taken.
func unique(anchor string, taken map[string]int) string {
	taken[anchor]++
	if n := taken[anchor]; n > 1 {
		return fmt.Sprintf("%s-%d", anchor, n-1)
	}
	return anchor
}
