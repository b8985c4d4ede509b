package facebookads

import (
	"adtally/internal/connector"
	"adtally/internal/table"
)

// Page sizes of an account's media and conversions. Videos are large because Meta
// sends their formats and player code; the others are as small as campaigns.
const videoPageSize = 100

func adImages() *stream {
	s := entity("ad_images", "adimages", "", objectPageSize, "Pictures of the account's library, as they are now. Links expire soon; the hash stays the same.",
		id("id", "The picture: the account's number and the hash."), id(table.AccountColumn, "The ad account."),
		id("hash", "The picture, by content. Creatives name it as image_hash."),
		words("name", "Its name."), words("status", "ACTIVE, INTERNAL or DELETED."),
		number("width", "Pixels across."), number("height", "Pixels down."),
		number("original_width", "Width in pixels, as uploaded."), number("original_height", "Height in pixels, as uploaded."),
		words("url", "The picture; the link expires."), words("url_128", "A picture of at most 128 pixels; the link expires."),
		words("permalink_url", "A page with the picture; the link is signed."),
		flag("is_associated_creatives_in_adgroups", "Whether an ad uses it."),
		document("creatives", "The creatives that use it."),
		timestamp("created_time", "When it was created."), timestamp("updated_time", "When it was last changed."),
		rawField).withVolatile("url", "url_128", "permalink_url")
	s.pictures = &connector.Pictures{Kind: pictureImage, By: []connector.Picture{{Kind: pictureImage, Name: "hash", Link: "url"}}}
	return s
}

// seconds is the type of durations in seconds: Meta sends a binary float with all its
// digits.
var seconds = table.Decimal(30, 15)

func adVideos() *stream {
	s := entity("ad_videos", "advideos", "", videoPageSize, "Videos of the account's library, as they are now. Links expire.",
		id("id", "The video."), id(table.AccountColumn, "The ad account.").mine(),
		words("title", "Its title."), words("description", "Its text."),
		col("length", seconds, table.Seconds, table.None, "How long it is, in seconds."),
		document("status", "Processing state."),
		flag("published", "Whether it is published."),
		number("views", "Views of the video over all its uses, by Meta's count; not a figure of the ads."),
		words("picture", "A picture of it; the link expires."), words("source", "The video file; the link expires. NULL if the token may not read it."),
		words("permalink_url", "Its page."), id("post_id", "The post that it is in."),
		words("content_category", "What it is about."), document("content_tags", "Description of its contents."),
		words("universal_video_id", "The publisher's own id for the video."),
		timestamp("created_time", "When it was created."), timestamp("updated_time", "When it was last changed."),
		rawField).withVolatile("picture", "source", "views", "status")
	s.pictures = &connector.Pictures{Kind: pictureVideo, By: []connector.Picture{{Kind: pictureVideo, Name: "id", Link: "picture"}}}
	return s
}

func customConversions() *stream {
	pixel := id("pixel_id", "The pixel whose events it counts.").as("pixel")
	pixel.how = asNested
	return entity("custom_conversions", "customconversions", "", objectPageSize, "Custom conversions, as they are now. Actions count them as offsite_conversion.custom.<id>.",
		id("id", "The custom conversion."), id(table.AccountColumn, "The ad account."),
		words("name", "Its name."), words("description", "Its text."),
		words("custom_event_type", "What it stands for, such as PURCHASE or OTHER."),
		words("rule", "The rule for the events that it counts, as JSON."), words("aggregation_rule", "How it counts them."),
		words("event_source_type", "Where the events come from."), pixel, document("data_sources", "What the events come from."),
		number("default_conversion_value", "Value of a conversion whose event has none, as Meta sends it."),
		number("retention_days", "For how many days its events are kept."),
		flag("is_archived", "Whether it is archived."), flag("is_unavailable", "Whether it cannot be used."),
		timestamp("creation_time", "When it was created."), timestamp("first_fired_time", "When it was first counted."), timestamp("last_fired_time", "When it was last counted."),
		rawField).withVolatile("last_fired_time")
}
