package advertiser

import (
	"fmt"
	"strconv"
)

// form is how a creative is made.
type form int

const (
	linkForm form = iota
	videoForm
	carouselForm
	feedForm // assets that Meta combines
	postForm // an existing post
	forms
)

type creative struct {
	node
	form form
}

// creativeOf is the creative of the i-th ad: four ads in a row share three.
func (s *synthetic) creativeOf(i int) int { return i * 3 / 4 }

func (s *synthetic) buildCreatives() {
	s.creatives = make([]creative, s.creativeOf(len(s.ads)-1)+1)
	for i := len(s.ads) - 1; i >= 0; i-- { // the oldest ad last: it made the creative
		a, n := &s.ads[i], s.creativeOf(i)
		c := &s.creatives[n]
		seed := keyed(s.seed, uint64(4)<<40|uint64(n))
		c.form = formOf(n)
		c.node = node{id: s.idOf(creativeIDs, n), seed: seed, created: a.created,
			name: named(n, fmt.Sprintf("%s %s-%016x", a.name, a.created.Format("2006-01-02"), seed))}
	}
}

func formOf(n int) form { return form(n) % forms }

func (v *view) creativeFields(i int) map[string]any {
	c := &v.creatives[i]
	hash := fmt.Sprintf("%016x%016x", c.seed, keyed(c.seed, 1))
	f := map[string]any{
		"status": "ACTIVE", "actor_id": v.page, "effective_object_story_id": v.story(c),
		"object_type": "SHARE", "thumbnail_url": v.signed(c, "p64x64", "external"),
		"enable_direct_install": false, "enable_launch_instant_app": false,
		"effective_authorization_category": "NONE", "authorization_category": "NONE",
	}
	switch c.form {
	case linkForm:
		v.asLink(f, c, hash)
	case videoForm:
		v.asVideo(f, c)
	case carouselForm:
		v.asCarousel(f, hash)
	case feedForm:
		v.asFeed(f, hash)
	case postForm:
		f["object_type"], f["object_story_id"] = "STATUS", v.story(c)
	}
	if i%2 == 0 {
		f["url_tags"] = "utm_source=facebook&utm_medium=cpc&utm_campaign={{campaign.name}}&utm_content={{ad.id}}"
	}
	if i%3 == 0 {
		f["instagram_permalink_url"] = fmt.Sprintf("https://www.instagram.com/p/%x/", c.seed>>20)
	}
	return f
}

func (v *view) asLink(f map[string]any, c *creative, hash string) {
	f["title"], f["body"], f["call_to_action_type"] = title(c), body(c), "SHOP_NOW"
	f["image_hash"], f["image_url"] = hash, v.signed(c, "image", "scontent")
	f["object_story_spec"] = map[string]any{"page_id": v.page, "link_data": map[string]any{
		"link": "https://shop.example/?q=a%20b&x=1", "message": body(c), "name": title(c), "image_hash": hash,
		"call_to_action": map[string]any{"type": "SHOP_NOW"},
	}}
}

func (v *view) asVideo(f map[string]any, c *creative) {
	video := strconv.FormatUint(1_200_000_000_000_000+c.seed%900_000_000_000_000, 10)
	f["title"], f["body"], f["object_type"], f["call_to_action_type"] = title(c), body(c), "VIDEO", "LEARN_MORE"
	f["video_id"] = video
	f["object_story_spec"] = map[string]any{"page_id": v.page, "video_data": map[string]any{
		"video_id": video, "message": body(c), "title": title(c), "image_url": v.signed(c, "poster", "scontent"),
		"call_to_action": map[string]any{"type": "LEARN_MORE", "value": map[string]any{"link": "https://shop.example/"}},
	}}
}

func (v *view) asCarousel(f map[string]any, hash string) {
	var cards []any
	for n := range 3 {
		cards = append(cards, map[string]any{
			"link": fmt.Sprintf("https://shop.example/p/%d", n+1), "name": fmt.Sprintf("Card %d", n+1), "image_hash": hash,
		})
	}
	f["call_to_action_type"] = "SHOP_NOW"
	f["object_story_spec"] = map[string]any{"page_id": v.page, "link_data": map[string]any{
		"link": "https://shop.example/", "child_attachments": cards, "multi_share_optimized": true,
	}}
}

func (v *view) asFeed(f map[string]any, hash string) {
	f["asset_feed_spec"] = map[string]any{
		"titles":               []any{map[string]any{"text": "Neu 🎉"}, map[string]any{"text": "جديد"}},
		"bodies":               []any{map[string]any{"text": "One\nTwo"}, map[string]any{"text": "新商品"}},
		"images":               []any{map[string]any{"hash": hash}},
		"link_urls":            []any{map[string]any{"website_url": "https://shop.example/"}},
		"call_to_action_types": []any{"LEARN_MORE"},
		"ad_formats":           []any{"SINGLE_IMAGE"},
		"optimization_type":    "REGULAR",
	}
	f["object_story_spec"] = map[string]any{"page_id": v.page}
}

func (v *view) story(c *creative) string {
	return fmt.Sprintf("%s_%d", v.page, 1_000_000_000_000_000+c.seed%900_000_000_000_000)
}

// signed is a CDN address: its signature changes with every read, its expiry
// with every hour (META_API.md §2.3).
func (v *view) signed(c *creative, size, host string) string {
	sign := keyed(c.seed, uint64(v.now.UnixNano()))
	return fmt.Sprintf("https://%s.fbcdn.example/v/t45.1600-4/%d_n.png?stp=dst-jpg_%s&_nc_ohc=%011x&oh=00_%016x&oe=%X",
		host, c.seed%1_000_000_000_000_000, size, sign>>20, mix(sign), v.now.Unix()/3600*3600+14*86400)
}

func title(c *creative) string {
	return pick(c.seed>>12, "Jetzt entdecken ✨", `The "best" offer`, "اكتشف الآن", "今すぐ購入", "Discover more")
}

func body(c *creative) string {
	return pick(c.seed>>22, "Free shipping.\nOnly this week!", "30 % Rabatt auf alles – nur heute", "הצטרפו עכשיו", "Ends Sunday 🕛")
}
