package facebookads_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"adtally/internal/connector/facebookads"
)

// Every form of a creative with the target of a click. The members are those of Meta's
// specs (AdCreativeObjectStorySpec, AdAssetFeedSpec and their parts).
func TestDestinations_CreativeForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		creative string
		want     []string
	}{
		"a link":                  {`{"object_story_spec":{"page_id":"1","link_data":{"link":"https://shop.test/a","message":"m"}}}`, []string{"https://shop.test/a"}},
		"a button":                {`{"object_story_spec":{"link_data":{"call_to_action":{"type":"SHOP_NOW","value":{"link":"https://shop.test/b"}}}}}`, []string{"https://shop.test/b"}},
		"both the same":           {`{"object_story_spec":{"link_data":{"link":"https://shop.test/a","call_to_action":{"value":{"link":"https://shop.test/a"}}}}}`, []string{"https://shop.test/a"}},
		"a video":                 {`{"object_story_spec":{"video_data":{"video_id":"9","image_url":"https://x.fbcdn.net/p","call_to_action":{"type":"LEARN_MORE","value":{"link":"https://shop.test/v"}}}}}`, []string{"https://shop.test/v"}},
		"a carousel":              {`{"object_story_spec":{"link_data":{"link":"https://shop.test/more","child_attachments":[{"link":"https://shop.test/1"},{"link":"https://shop.test/2","call_to_action":{"value":{"link":"https://shop.test/2"}}},{"name":"no link"}]}}}`, []string{"https://shop.test/1", "https://shop.test/2", "https://shop.test/more"}},
		"an asset feed":           {`{"asset_feed_spec":{"link_urls":[{"website_url":"https://shop.test/x","display_url":"shop.test"},{"website_url":"https://shop.test/y","url_tags":"utm_term=y"}],"titles":[{"text":"t"}]}}`, []string{"https://shop.test/x", "https://shop.test/y?utm_term=y"}},
		"a catalogue":             {`{"object_story_spec":{"template_data":{"link":"https://shop.test/","name":"{{product.name}}"}},"template_url":"https://shop.test/{{product.retailer_id}}"}`, []string{"https://shop.test/", "https://shop.test/{{product.retailer_id}}"}},
		"a template spec":         {`{"template_url_spec":{"web":{"url":"https://shop.test/t"},"config":{"app_id":"1"}}}`, []string{"https://shop.test/t"}},
		"a link url":              {`{"link_url":"https://shop.test/l"}`, []string{"https://shop.test/l"}},
		"an object url":           {`{"object_url":"https://shop.test/o"}`, []string{"https://shop.test/o"}},
		"an app":                  {`{"object_store_url":"http://play.google.com/store/apps/details?id=a"}`, []string{"http://play.google.com/store/apps/details?id=a"}},
		"tags":                    {`{"link_url":"https://shop.test/l","url_tags":"utm_source=fb&utm_campaign={{campaign.name}}"}`, []string{"https://shop.test/l?utm_source=fb&utm_campaign={{campaign.name}}"}},
		"tags and query":          {`{"link_url":"https://shop.test/l?a=1#top","url_tags":"?utm_source=fb"}`, []string{"https://shop.test/l?a=1&utm_source=fb#top"}},
		"tags of both":            {`{"asset_feed_spec":{"link_urls":[{"website_url":"https://shop.test/x?","url_tags":"a=1"}]},"url_tags":"b=2"}`, []string{"https://shop.test/x?a=1&b=2"}},
		"tags replace":            {`{"link_url":"https://shop.test/l?utm_source=own&a=1&b&utm_source=twice","url_tags":"utm_source=fb&b=2"}`, []string{"https://shop.test/l?a=1&utm_source=fb&b=2"}},
		"tags replace all":        {`{"link_url":"https://shop.test/l?utm_source=own#x","url_tags":"utm_source=fb"}`, []string{"https://shop.test/l?utm_source=fb#x"}},
		"tags of both replace":    {`{"asset_feed_spec":{"link_urls":[{"website_url":"https://shop.test/x?a=0","url_tags":"a=1"}]},"url_tags":"a=2"}`, []string{"https://shop.test/x?a=2"}},
		"a lead form":             {`{"object_story_spec":{"link_data":{"link":"http://fb.me/","call_to_action":{"type":"SIGN_UP","value":{"lead_gen_form_id":"5"}}}}}`, nil},
		"a photo":                 {`{"object_story_spec":{"photo_data":{"url":"https://x.fbcdn.net/p"}},"image_hash":"ab"}`, nil},
		"a post":                  {`{"object_story_id":"1_2","url_tags":"utm_source=fb"}`, nil},
		"types that Meta changed": {`{"object_story_spec":{"link_data":{"link":7,"child_attachments":{"x":1},"call_to_action":{"value":{"link":"https://shop.test/b"}}}}}`, []string{"https://shop.test/b"}},
	} {
		b := decode(t, "ad_creatives", "EUR", strings.Replace(c.creative, `{`, `{"id":"1",`, 1))["ad_creatives"]
		first, ok := b.Cell(0, "destination_url")
		if len(c.want) == 0 {
			c.want = []string{""}
		}
		if first != c.want[0] || ok != (first != "") {
			t.Errorf("%s: %q, want %q", name, first, c.want[0])
		}
		all := c.want[:1]
		if text, several := b.Cell(0, "destination_urls"); several {
			if err := json.Unmarshal([]byte(text), &all); err != nil {
				t.Errorf("%s: %s: %v", name, text, err)
			}
		}
		if diff := cmp.Diff(c.want, all); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Meta's documentation: url_tags "will replace or be appended to" the parameters of a
// link.
func TestDecode_UTMColumns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		creative string
		want     map[string]string
	}{
		"url_tags come before the link's own": {`"link_url":"https://shop.test/?utm_source=own&utm_id=1&utm_medium=own","url_tags":"utm_source=second&utm_medium=paid%20social&utm_campaign={{campaign.name}}&utm_content=%7B%7Bad.id%7D%7D&utm_term=100%"`,
			map[string]string{"utm_source": "second", "utm_medium": "paid social", "utm_campaign": "{{campaign.name}}", "utm_content": "{{ad.id}}", "utm_term": "100%"}},
		"the link's own":                     {`"link_url":"https://shop.test/?utm_source=own","url_tags":"utm_medium=paid"`, map[string]string{"utm_source": "own", "utm_medium": "paid"}},
		"a post, whose link cannot be seen":  {`"object_story_id":"1_2","url_tags":"utm_source=fb&utm_campaign={{campaign.name}}"`, map[string]string{"utm_source": "fb", "utm_campaign": "{{campaign.name}}", "utm_medium": "NULL", "destination_url": "NULL"}},
		"tags as people paste them":          {`"effective_object_story_id":"1_2","url_tags":" ?&utm_source=fb"`, map[string]string{"utm_source": "fb"}},
		"a lead form":                        {`"link_url":"http://fb.me/","url_tags":"utm_source=fb"`, map[string]string{"utm_source": "fb", "destination_url": "NULL"}},
		"an asset feed without an address":   {`"asset_feed_spec":{"link_urls":[{"url_tags":"utm_source=feed&utm_term=x"}]},"url_tags":"utm_source=fb"`, map[string]string{"utm_source": "fb", "utm_term": "x"}},
		"a tag without a value says nothing": {`"object_story_id":"1_2","url_tags":"utm_source=&utm_medium"`, map[string]string{"utm_source": "NULL", "utm_medium": "NULL"}},
		"names with percent signs":           {`"link_url":"https://shop.test/?utm_source=own","url_tags":"utm%5Fsource=x&utm%5fmedium=y"`, map[string]string{"utm_source": "x", "utm_medium": "y", "destination_url": "https://shop.test/?utm%5Fsource=x&utm%5fmedium=y"}},
		"line breaks, which browsers remove": {`"object_story_id":"1_2","url_tags":"\nutm_source=x\r\n&utm_me\tdium=y"`, map[string]string{"utm_source": "x", "utm_medium": "y"}},
		"a line break in a link":             {`"link_url":"https://shop.test/?utm_source=x\n"`, map[string]string{"utm_source": "x"}},
		"a post as a text":                   {`"object_story_spec":"{\"link_data\":{\"link\":\"https://shop.test/?utm_source=x\"}}"`, map[string]string{"utm_source": "x", "destination_url": "https://shop.test/?utm_source=x"}},
		"no tags":                            {`"object_story_id":"1_2"`, map[string]string{"utm_source": "NULL"}},
	} {
		b := decode(t, "ad_creatives", "EUR", `{"id":"1",`+c.creative+`}`)["ad_creatives"]
		for column, value := range c.want {
			if got, ok := b.Cell(0, column); got != value && (ok || value != "NULL") {
				t.Errorf("%s: %s is %q, want %q", name, column, got, value)
			}
		}
	}
}

// Signed links do not change content_hash; edits do.
func TestDecode_ContentHashIgnoresSignedLinks(t *testing.T) {
	t.Parallel()
	hash := func(row string) string {
		text, ok := decode(t, "ad_creatives", "EUR", `{"id":"1"`+row+`}`)["ad_creatives"].Cell(0, "content_hash")
		if !ok {
			return "NULL"
		}
		return text
	}
	a := hash(`,"object_story_spec":{"video_data":{"title":"t","image_url":"https:\/\/scontent-a.xx.fbcdn.net\/v\/1.jpg?oh=1"}}`)
	for name, c := range map[string]struct {
		row  string
		same bool
	}{
		"another signature": {`,"object_story_spec":{"video_data":{"image_url":"https://scontent-b.xx.fbcdn.net/v/1.jpg?oh=2","title":"t"}}`, true},
		"behind a proxy":    {`,"object_story_spec":{"video_data":{"title":"t","image_url":"http://cdn.test/v/1.jpg?stp=dst&_nc_ohc=a&oh=00_AB-c&oe=6B09DF40"}}`, true},
		"another title":     {`,"object_story_spec":{"video_data":{"title":"u","image_url":"https://scontent-a.xx.fbcdn.net/v/1.jpg?oh=1"}}`, false},
		"a link elsewhere":  {`,"object_story_spec":{"video_data":{"title":"t","image_url":"https://shop.test/1.jpg?oh=1"}}`, false},
		"in the other":      {`,"asset_feed_spec":{"video_data":{"title":"t","image_url":"https://scontent-a.xx.fbcdn.net/v/1.jpg?oh=1"}}`, false},
	} {
		if got := hash(c.row); (got == a) != c.same {
			t.Errorf("%s: %s and %s", name, got, a)
		}
	}
	if got := hash(""); got != "NULL" {
		t.Errorf("without documents it is %s", got)
	}
}

// Recorded link creatives with cards lead to their cards' links.
func TestDestinations_RecordedCreatives(t *testing.T) {
	t.Parallel()
	var seen, with int
	for _, p := range recordedPages(t) {
		if p.stream != "ad_creatives" {
			continue
		}
		batches, err := facebookads.DecodePage(p.stream, recorded, p.body, p.list)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range batches {
			for i := range b.Rows() {
				if story, ok := b.Cell(i, "object_story_spec"); ok && strings.Contains(story, `"link"`) {
					seen++
					if _, ok := b.Cell(i, "destination_url"); ok {
						with++
					}
				}
			}
			b.Release()
		}
	}
	if seen == 0 || seen != with {
		t.Errorf("%d of %d recorded creatives with a link have a destination", with, seen)
	}
}

func FuzzDestinations(f *testing.F) {
	files, _ := filepath.Glob(recordings + "/tophatter-2017/adcreatives.json")
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil {
			f.Add(raw, "https://a.test/?x=%zz#f", "utm_source=a&utm_source=b")
		}
	}
	f.Add([]byte(`{"link_data":{"child_attachments":[{"link":"x"}]},"link_urls":[{"website_url":"y","url_tags":"&&"}],"web":{"url":"z"}}`), " ", "?")
	f.Fuzz(func(t *testing.T, document []byte, link, tags string) {
		urls := facebookads.Destinations(facebookads.Creative{Story: document, Feed: document, TemplateSpec: document, LinkURL: link, Tags: tags})
		for i, u := range urls {
			if u == "" || slices.Contains(urls[:i], u) {
				t.Errorf("%q in %q", u, urls)
			}
			for name, value := range facebookads.UTM(u) {
				if value == "" || !utf8.ValidString(value) || !strings.HasPrefix(name, "utm_") {
					t.Errorf("%s is %q", name, value)
				}
			}
		}
	})
}

// A page is identified by host and path, regardless of the query.
func TestDecode_DestinationHostAndPath(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"https://Shop.Test/a/b?x=/c#d":                     "shop.test /a/b",
		"https://shop.test":                                "shop.test /",
		"https://shop.test?utm_source=a/b":                 "shop.test /",
		"https://me:pw@shop.test:8080/x#y":                 "shop.test:8080 /x",
		"https://shop.test/{{ad.name}}/?c={{campaign.id}}": "shop.test /{{ad.name}}/",
		"app://open/item":                                  "open /item",
		"tel:+49301234":                                    "",
		"shop.test/no/scheme":                              "",
	} {
		b := decode(t, "ad_creatives", "EUR", `{"id":"1","link_url":"`+link+`"}`)["ad_creatives"]
		host, _ := b.Cell(0, "destination_host")
		path, _ := b.Cell(0, "destination_path")
		if got := strings.TrimSpace(host + " " + path); got != want {
			t.Errorf("%s: %q, want %q", link, got, want)
		}
	}
}
