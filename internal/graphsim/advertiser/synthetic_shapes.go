package advertiser

import "fmt"

// shop is the address of the advertiser's shop, which most ads link to.
const shop = "https://shop.example/"

// shape fills in the fields that depend on the creative's form. Together, the forms cover
// every place for a link in Meta's specs: link_data, its child_attachments, video_data's call
// to action, an asset feed's link_urls, template_data, template_url_spec, link_url and
// object_url. Two forms have no link.
func (v *view) shape(f map[string]any, c *creative, i int) {
	switch c.form {
	case linkForm:
		v.asLink(f, c, i)
	case videoForm:
		v.asVideo(f, c, i)
	case carouselForm:
		v.asCarousel(f, c, i)
	case feedForm:
		v.asFeed(f, c, i)
	case postForm:
		v.asPost(f, c)
	}
}

func (v *view) asLink(f map[string]any, c *creative, i int) {
	f["title"], f["body"], f["call_to_action_type"] = title(c), body(c), "SHOP_NOW"
	if c.isCatalogue() {
		v.asCatalogue(f, c)
		return
	}
	picture := &v.images[imageOf(i)]
	hash := picture.hash
	f["image_hash"], f["image_url"] = hash, v.signed(picture.seed, "full", "scontent")
	if c.turn%4 == 1 { // like creatives from before Meta had object_story_spec
		f["link_url"], f["object_url"] = shop+"old?id="+c.id, shop+"old"
		return
	}
	f["object_story_spec"] = map[string]any{"page_id": v.page, "link_data": map[string]any{
		"link": shop + "?q=a%20b&x=1", "message": body(c), "name": title(c), "image_hash": hash,
		"call_to_action": map[string]any{"type": "SHOP_NOW"},
	}}
}

// isCatalogue reports whether Meta fills the creative with products of a catalogue.
func (c *creative) isCatalogue() bool { return c.form == linkForm && c.turn%4 == 2 }

func (v *view) asCatalogue(f map[string]any, c *creative) {
	f["product_set_id"] = v.pixel + "3"
	f["template_url"] = shop + "p?sku={{product.retailer_id}}"
	f["template_url_spec"] = map[string]any{"web": map[string]any{"url": shop + "p?sku={{product.retailer_id | urlencode}}&c=1"}}
	f["object_story_spec"] = map[string]any{"page_id": v.page, "template_data": map[string]any{
		"link": shop + "catalogue", "message": body(c), "name": "{{product.name}}", "description": "{{product.price}}",
		"call_to_action": map[string]any{"type": "SHOP_NOW"}, "multi_share_end_card": true,
	}}
}

func (v *view) asVideo(f map[string]any, c *creative, i int) {
	video := v.videos[videoOf(i)].id
	f["title"], f["body"], f["object_type"], f["video_id"] = title(c), body(c), "VIDEO", video
	call := map[string]any{"type": "LEARN_MORE", "value": map[string]any{"link": shop}}
	if c.turn%3 == 2 { // it links to the page only
		call = map[string]any{"type": "LIKE_PAGE", "value": map[string]any{"page": v.page}}
	}
	f["call_to_action_type"] = call["type"]
	f["object_story_spec"] = map[string]any{"page_id": v.page, "video_data": map[string]any{
		"video_id": video, "message": body(c), "title": title(c), "image_url": v.signed(v.videos[videoOf(i)].seed, "poster", "scontent"),
		"call_to_action": call,
	}}
}

// cards is the number of cards in a carousel.
const cards = 3

func (v *view) asCarousel(f map[string]any, c *creative, i int) {
	hash := v.images[imageOf(i)].hash
	var list []any
	for n := range cards {
		card := map[string]any{"name": fmt.Sprintf("Card %d", n+1), "image_hash": hash}
		link := fmt.Sprintf("%sp/%d", shop, n+1)
		if card["link"] = link; c.turn%2 == 1 {
			card["call_to_action"] = map[string]any{"type": "SHOP_NOW", "value": map[string]any{"link": link}}
		}
		list = append(list, card)
	}
	f["call_to_action_type"] = "SHOP_NOW"
	f["object_story_spec"] = map[string]any{"page_id": v.page, "link_data": map[string]any{
		"link": shop, "child_attachments": list, "multi_share_optimized": true,
	}}
}

func (v *view) asFeed(f map[string]any, c *creative, i int) {
	texts := func(all []string) (list []any) {
		for _, text := range all {
			list = append(list, map[string]any{"text": text})
		}
		return list
	}
	links := []any{map[string]any{"website_url": shop}}
	if c.turn%2 == 1 {
		links = append(links, map[string]any{"website_url": shop + "second", "display_url": "shop.example", "url_tags": "utm_source=feed"})
	}
	var pictures []any
	for _, k := range v.picturesOf(i) {
		pictures = append(pictures, map[string]any{"hash": v.images[k].hash})
	}
	f["asset_feed_spec"] = map[string]any{
		"titles": texts(titles()[:2]), "bodies": texts(bodies()[:2]), "images": pictures, "link_urls": links,
		"call_to_action_types": []any{"LEARN_MORE"}, "ad_formats": []any{"SINGLE_IMAGE"}, "optimization_type": "REGULAR",
	}
	f["object_story_spec"] = map[string]any{"page_id": v.page}
}

// asPost makes the creative show an existing post. Graph does not say where the post links to.
func (v *view) asPost(f map[string]any, c *creative) {
	f["object_type"], f["object_story_id"] = "STATUS", v.story(c)
	if c.turn%2 == 1 {
		f["source_instagram_media_id"] = fmt.Sprint(17_900_000_000_000_000 + c.seed%90_000_000_000_000)
	}
}
