package advertiser

import "fmt"

// form is the way a creative is built.
type form int

const (
	linkForm form = iota
	videoForm
	carouselForm
	feedForm // several texts and pictures that Meta combines
	postForm // an existing post
	forms
)

type creative struct {
	node
	form form
	turn int // the number of earlier creatives of this form; it selects the form's variant
}

// creativeOf returns the index of the i-th ad's creative. Every four ads in a row share three
// creatives.
func (s *synthetic) creativeOf(i int) int { return i * 3 / 4 }

func (s *synthetic) buildCreatives() {
	s.creatives = make([]creative, s.creativeOf(len(s.ads)-1)+1)
	for i := len(s.ads) - 1; i >= 0; i-- { // backwards, so that the first ad's name and time are kept
		a, n := &s.ads[i], s.creativeOf(i)
		c := &s.creatives[n]
		seed := keyed(s.seed, uint64(4)<<40|uint64(n))
		c.form, c.turn = formOf(n), n/int(forms)
		c.node = node{id: s.idOf(creativeIDs, n), seed: seed, created: a.created,
			name: named(n, fmt.Sprintf("%s %s-%016x", a.name, a.created.Format("2006-01-02"), seed))}
	}
}

func formOf(n int) form { return form(n) % forms }

func (v *view) creativeFields(i int) map[string]any {
	c := &v.creatives[i]
	f := map[string]any{
		"status": "ACTIVE", "actor_id": v.page, "effective_object_story_id": v.story(c),
		"object_type": "SHARE", "thumbnail_url": v.signed(v.images[imageOf(i)].seed, "p64x64", "external"),
		"enable_direct_install": false, "enable_launch_instant_app": false,
		"effective_authorization_category": "NONE", "authorization_category": "NONE",
	}
	v.shape(f, c, i)
	switch {
	case i%2 == 0:
		f["url_tags"] = "utm_source=facebook&utm_medium=cpc&utm_campaign={{campaign.name}}&utm_content={{ad.id}}"
	case i%6 == 3:
		f["url_tags"] = "utm_source={{site_source_name}}&utm_medium=paid_social&utm_term={{adset.name}}&utm_id={{campaign.id}}&pl={{placement}}"
	}
	if i%3 == 0 {
		f["instagram_permalink_url"] = fmt.Sprintf("https://www.instagram.com/p/%x/", c.seed>>20)
	}
	return f
}

func (v *view) story(c *creative) string {
	return fmt.Sprintf("%s_%d", v.page, 1_000_000_000_000_000+c.seed%900_000_000_000_000)
}

// signed returns a CDN address. Its signature changes with every read, but the picture stays
// the same (docs/meta-api.md#objects).
func (v *view) signed(seed uint64, size, host string) string {
	sign := keyed(seed, uint64(v.now.UnixNano()))
	return fmt.Sprintf("https://%s.fbcdn.example/v/t45.1600-4/%d_n.%s?stp=dst-jpg_%s&_nc_ohc=%011x&oh=00_%016x",
		host, seed%1_000_000_000_000_000, ending(host), size, sign>>20, mix(sign))
}

func ending(host string) string {
	if host == "video" {
		return "mp4"
	}
	return "png"
}

func titles() []string {
	return []string{"Jetzt entdecken ✨", `The "best" offer`, "اكتشف الآن", "今すぐ購入", "Discover more"}
}

func bodies() []string {
	return []string{"Free shipping.\nOnly this week!", "30 % Rabatt auf alles – nur heute", "הצטרפו עכשיו", "Ends Sunday 🕛"}
}

func title(c *creative) string { return pick(c.seed>>12, titles()...) }

func body(c *creative) string { return pick(c.seed>>22, bodies()...) }
