package markdown_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"adtally/internal/api/markdown"
)

func TestSections_SplitsAtHeadings(t *testing.T) {
	t.Parallel()
	got, err := markdown.Sections("lost\n\n# Ads & `more`\n\nOne *two* <b>three</b>.\n\n<!-- errors: written by go test -->\n\n#### token_expired\n\n| a | b |\n|---|---|\n| 1 | <script>x</script> |\n\n" +
		"[x](javascript:alert(1)) [y](https://example.com)\n\n<script>alert(1)</script>\n\n#### token_expired\n")
	want := []markdown.Section{
		{Anchor: "ads--more", Title: "Ads & more", Level: 1, HTML: "<p>One <em>two</em> <!-- raw HTML omitted -->three<!-- raw HTML omitted -->.</p>"},
		{Anchor: "token_expired", Title: "token_expired", Level: 4, HTML: "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td><!-- raw HTML omitted -->x<!-- raw HTML omitted --></td>\n</tr>\n</tbody>\n</table>\n" +
			"<p><a href=\"\">x</a> <a href=\"https://example.com\">y</a></p>"},
		{Anchor: "token_expired-1", Title: "token_expired", Level: 4},
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}
