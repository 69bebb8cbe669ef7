# The mails of Vagus in Vietnamese. Keys are the same in every file mails.*; a test holds it.
# Subject and preview are seen on locked screens: they tell the kind and a due time alone.

## Dates and spans

format-full = { $time } { $zone }, { $weekday }, { $date }
format-short = { $time } { $weekday } { $day2 }/{ $number2 }
format-day = { $day2 }/{ $number2 }
format-two = { $large } { $small }
weekday-1 = Thứ Hai
weekday-2 = Thứ Ba
weekday-3 = Thứ Tư
weekday-4 = Thứ Năm
weekday-5 = Thứ Sáu
weekday-6 = Thứ Bảy
weekday-7 = Chủ nhật
unit-plain = { $value }
unit-hours = { $value } giờ
unit-dba = { $value } dB(A)
unit-celsius = { $value } °C
unit-percent = { $value } %
unit-points = { $value } điểm
unit-per-minute = { $value } nhịp/phút

## Subject and preview

mail-subject = Vagus: { $told }
mail-subject-test = [THỬ] Vagus: { $told }
mail-subject-urgent = khẩn cấp, cần liên hệ ngay
mail-subject-raised = có trường hợp mới cần xử lý, hạn của biện pháp đầu tiên: { $due }
mail-subject-raised_again = có trường hợp lại cần xử lý, hạn của biện pháp đầu tiên: { $due }
mail-subject-revised = có dữ liệu đến muộn cho một trường hợp
mail-subject-closed = một trường hợp đã kết thúc
mail-subject-workload_review = cần rà soát điều kiện làm việc, hạn: { $due }
mail-subject-counseling = cần đề nghị hỗ trợ, hạn: { $due }
mail-subject-reminder = có thời hạn sắp hết: { $due }
mail-subject-overdue = có thời hạn đã hết: { $due }
mail-subject-escalated = có thời hạn đã quá thêm một nửa, hết hạn: { $due }
mail-subject-proposal = có đề xuất chờ quyết định
mail-subject-rescreening = có lời mời cần chuyển, nên trước { $due }
mail-subject-committee = số liệu gửi hội đồng
mail-preview = Thư của Vagus, dành cho y tế lao động.
mail-preview-urgent = Vui lòng mở ngay và xử lý.
mail-preview-test = Thư này chỉ để thử xem thư có đến nơi không; không ai cần làm gì.
mail-preview-closed = Không cần làm gì thêm.
mail-preview-workload_review = Chỉ nói về công việc của một đơn vị, không về cá nhân nào.
mail-preview-reminder = Vẫn còn thời gian.
mail-preview-overdue = Cần có người xử lý.
mail-preview-escalated = Cần có người xử lý ngay hôm nay.
mail-preview-committee = Không về cá nhân nào.
mail-now = ngay bây giờ

## Every mail

mail-test-mark = THỬ
mail-test = Thư này chỉ để thử xem thư có đến nơi không. Người và trường hợp trong thư là giả định: không ai cần làm gì.
mail-confidential = Bảo mật: dữ liệu sức khỏe thuộc bí mật nghề y. Không chuyển tiếp và không tiết lộ nội dung cho quản lý trực tiếp hoặc bộ phận nhân sự.
mail-sender = Vagus gửi cho { $site }. Giờ ghi theo { $zone }.
mail-zone-unnamed = đồng hồ của cơ sở
mail-worker = Người lao động
mail-case = Trường hợp
mail-level = Mức độ
mail-level-named = { $level }, { $name }
level-L0 = không có gì cần báo
mail-due = Thời hạn
mail-action = Biện pháp
mail-next = Việc cần làm tiếp theo
mail-open-case = Mở trường hợp trong bảng điều khiển
mail-typed = Trên máy chạy Vagus, FILE là tệp cấu hình:
mail-typed-by = Trên máy chạy Vagus, YOU là tên ngắn của người dùng và FILE là tệp cấu hình:
mail-typed-note = quyết định của bạn

## Alerts

mail-headline-call = Có người cần được trò chuyện ngay
mail-headline-raised = Đã mở một trường hợp
mail-headline-raised_again = Có trường hợp lại cần xử lý
mail-headline-revised = Dữ liệu đến muộn đã thay đổi một trường hợp
mail-headline-closed = Một trường hợp đã kết thúc
mail-call = Hãy liên hệ ngay với người lao động, gặp trực tiếp hoặc qua điện thoại, và đánh giá nguy cơ theo quy trình có cấu trúc. Trước hết hãy tiếp nhận trường hợp để mọi người biết đã có người liên hệ. Nếu có nguy hiểm tức thời đến tính mạng, hãy gọi cấp cứu.
mail-alert-next = Hãy tiếp nhận trường hợp, sau đó trò chuyện với người lao động: theo chính người đó, giấc ngủ, sự hồi phục và công việc ra sao? Việc rà soát công việc vẫn tiến hành dù người lao động có muốn tham vấn tâm lý hay không.
mail-alert-next-revised = Hãy xem những gì đã thống nhất có còn phù hợp không. Trường hợp vẫn mở cho đến khi người phụ trách kết thúc.
mail-rules = Quy tắc
mail-window = Những ngày được xét
mail-window-days = { $from } đến { $to }
mail-open-since = Mở từ
mail-asked-for = Biện pháp được yêu cầu
mail-became-of = Kết quả của các biện pháp
mail-state = Trạng thái
mail-suggested-work = Gợi ý cho công việc:
mail-suggested-worker = Gợi ý cho người lao động:
mail-suggested-rules = Gợi ý theo quy tắc:
mail-no-review = Chưa yêu cầu rà soát khối lượng công việc: người phụ trách lâm sàng có thể yêu cầu.

## What an alert rests on

mail-rests-on = Căn cứ
mail-found = Kết quả
mail-compared-with = So với
mail-found-band = { $score } ({ $band })
mail-found-ago = { $found }, { $days } ngày trước
mail-found-today = { $found }, hôm nay
mail-found-prorated = { $found }, một câu bỏ trống đã được điền
mail-filled-in = điền ngày { $date }, có giá trị đến { $until }
mail-filled-in-concordance = { $told }; { $concordance }
concordance-both_low = vòng đeo cũng không cho thấy điều gì bất thường
concordance-both_high = vòng đeo cho thấy điều tương tự
concordance-questionnaire_only = vòng đeo không cho thấy điều này
concordance-physiology_only = vòng đeo cho thấy nhiều thay đổi hơn câu trả lời
mail-hrv = Biến thiên nhịp tim ban đêm
mail-hrv-illness = tạm không xét: người này báo bị ốm
mail-hrv-irregular = tạm không xét: nhịp đập không đều
mail-hrv-found = { $side } thường ngày { $change } %, { $state }
mail-hrv-against = mức thường ngày của chính người này; { $used } trên { $nights } đêm dùng được
mail-heart = Nhịp tim khi ngủ
mail-heart-found = { $side } thường ngày { $spreads } độ lệch chuẩn
mail-heart-against = mức thường ngày của chính người này; trung bình 7 ngày
mail-sleep = Giấc ngủ
mail-sleep-found = { $hours } giờ mỗi đêm
mail-sleep-efficiency = { $found }, { $percent } % thời gian nằm trên giường
mail-sleep-poor = { $found }; ngủ kém trong phần lớn một tuần
mail-sleep-against = nhu cầu { $need } giờ; thiếu { $debt } giờ trong 14 ngày
mail-index = Chỉ số căng thẳng tổng hợp
mail-index-against = mức thường ngày của người này là 50
mail-index-parts = mức thường ngày của người này là 50: { $parts }
mail-limit = giới hạn { $limit }
mail-limit-source = giới hạn { $limit } ({ $source })
mail-else = Cách giải thích khác có thể có
mail-reported = Những ngày này có báo: { $said }.
mail-doubt-questionnaire = Bảng hỏi có thể sai theo cả hai hướng: một ngày không tốt, một câu hỏi bị hiểu nhầm, một câu trả lời để làm vừa lòng. Cuộc trò chuyện quyết định, không phải điểm số.
mail-doubt-confidence = Độ tin cậy của dữ liệu vòng đeo là { $percent } trên 100 (theo số đêm đeo và chất lượng).

## Working conditions by name

condition-weekly_hours = Số giờ làm mỗi tuần
condition-overtime_days = Số ngày làm thêm giờ liên tiếp
condition-overtime_noise_lex8h_dba = Tiếng ồn trong những ngày làm thêm giờ
condition-consecutive_work_days = Số ngày làm liền không có ngày nghỉ
condition-consecutive_nights = Số ca đêm liên tiếp
condition-nights_in_28_d = Số ca đêm trong 28 ngày
condition-night_spell_weeks = Số tuần làm ca đêm
condition-quick_returns_7_d = Số lần nghỉ giữa ca quá ngắn trong 7 ngày
condition-noise_lex8h_dba = Tiếng ồn trong ngày
condition-noise_lex40h_dba = Tiếng ồn trong tuần
condition-wbgt_c = Nhiệt độ (WBGT)
condition-violence_events_7_d = Số vụ bạo lực trong 7 ngày
condition-days_since_incident = Số ngày từ khi có bạo lực hoặc tai nạn
condition-days_since_return = Số ngày từ khi đi làm lại
mail-condition = { $name }: { $figure }

## Reviews of the work

mail-headline-review = Đề nghị rà soát công việc của một đơn vị
mail-unit = Đơn vị
mail-unit-unknown = không rõ
mail-review = Đề nghị rà soát công việc của đơn vị này: giờ làm, nghỉ giữa giờ, nhân lực, sự rõ ràng của nhiệm vụ, tiếng ồn và nhiệt độ. Những gì có thể loại bỏ hoặc giảm bớt cần được ưu tiên trước những gì con người phải làm quen.
mail-review-no-unit = Đề nghị rà soát điều kiện làm việc: giờ làm, nghỉ giữa giờ, nhân lực, sự rõ ràng của nhiệm vụ, tiếng ồn và nhiệt độ. Danh sách trong Vagus không cho biết đó là đơn vị nào; hãy bắt đầu ở nơi có áp lực công việc đã biết, và đề nghị người vận hành Vagus nhập danh sách đơn vị. Những gì có thể loại bỏ hoặc giảm bớt cần được ưu tiên trước những gì con người phải làm quen.
mail-review-no-limit = Chưa biết có giới hạn nào bị vượt. Có thể vì không có, hoặc vì số liệu về giờ làm, tiếng ồn và nhiệt độ của công việc này không được gửi đến Vagus: hãy tìm hiểu lý do nào.
mail-review-look = Nội dung cần xem
mail-review-look-1 = Giờ làm: mỗi tuần làm bao nhiêu giờ, kể cả làm thêm, và đã kéo dài bao nhiêu tuần?
mail-review-look-2 = Nghỉ ngơi: có nghỉ giữa giờ không, giữa hai ca có đủ 11 giờ không, có trọn ngày nghỉ không?
mail-review-look-3 = Ca làm: bao nhiêu ca đêm liên tiếp, và ca sáng bắt đầu sớm đến mức nào?
mail-review-look-4 = Nhân lực: có vị trí nào trống không, và ai làm việc của người vắng mặt?
mail-review-look-5 = Nhiệm vụ: ai làm gì và việc nào trước có rõ không, yêu cầu và phương tiện có tương xứng không?
mail-review-look-6 = Tiếng ồn: đã được đo chưa, và cả ngày có từ 85 dB(A) trở lên không?
mail-review-look-7 = Nhiệt độ: đã được đo chưa, có bóng mát, nước uống và nghỉ ngơi không?
mail-review-look-8 = An toàn: có bạo lực hay tai nạn không, và sau đó đã trao đổi chưa?
mail-review-exceeded = Các giới hạn bị vượt
mail-review-next = Hãy thống nhất với đơn vị sẽ thay đổi gì và đến khi nào, và báo cho y tế lao động khi bắt đầu và khi hoàn thành rà soát. Không hỏi ai vì sao có yêu cầu này: nó nói về công việc, không về cá nhân nào.
mail-review-open = Thư này không chứa thông tin của cá nhân nào.

## Offers

mail-headline-offer = Đề nghị thực hiện tham vấn tâm lý
mail-offer-call = Hãy liên hệ ngay với người lao động, gặp trực tiếp hoặc qua điện thoại. Bác sĩ trực cũng đã được yêu cầu: hãy thống nhất ai sẽ liên hệ. Nếu có nguy hiểm tức thời đến tính mạng, hãy gọi cấp cứu.
mail-offer = Y tế lao động đề nghị bạn mời một người lao động tham vấn tâm lý. Việc tham gia là tự nguyện: người từ chối không bị bất lợi và không cần nêu lý do.
mail-offer-next = Hãy cho biết diễn biến (đã đồng ý, đã bắt đầu, đã hoàn thành hoặc đã từ chối) trong hệ thống riêng hoặc trong trường hợp. Nội dung trò chuyện chỉ giữ ở người tham vấn.
mail-offer-order = Thứ tự liên hệ
mail-offer-by = Hạn đề nghị

## Time limits

mail-headline-reminder = Một thời hạn của trường hợp sắp hết
mail-headline-overdue = Một thời hạn của trường hợp đã hết
mail-headline-escalated = Một thời hạn của trường hợp đã quá thêm một nửa
mail-limit-reminder = Còn { $span }.
mail-limit-overdue = Toàn bộ thời gian quy định đã hết.
mail-limit-escalated = Đã quá hạn { $span }, bằng một nửa thời gian quy định.
mail-limit-what = Việc đến hạn
mail-limit-since = Tính từ
mail-limit-used = Đã dùng
mail-limit-state = Trạng thái trường hợp
mail-limit-next-reminder = Hãy thực hiện, hoặc giao trường hợp cho người có thể làm.
mail-limit-next-overdue = Hãy hỏi người phụ trách có vướng mắc gì, hoặc giao trường hợp cho người có thể làm.
mail-limit-next-escalated = Hãy quyết định hôm nay ai sẽ thực hiện. Hội đồng an toàn, vệ sinh lao động được báo rằng có thời hạn đã quá thêm một nửa, chỉ là con số và không nêu tên.
mail-milestone-acknowledge = Tiếp nhận trường hợp
mail-milestone-assess = Liên hệ với người lao động
mail-milestone-plan = Thống nhất kế hoạch
mail-milestone-first_action = Bắt đầu biện pháp đầu tiên
mail-milestone-follow_up = Hỏi người lao động biện pháp có giúp ích không
mail-milestone-close_review = Xem xét toàn bộ trường hợp để kết thúc
mail-milestone-numbered = { $milestone } (lần { $number })

## Proposals

mail-headline-proposal = Một đề xuất chờ quyết định
mail-proposal-method = Phương pháp đến nay
mail-proposal-weeks = Số tuần từ khi bắt đầu
mail-proposal-advice = Đề xuất
mail-proposal-to = Phương pháp được đề xuất
mail-proposal-changes = Trước và sau
mail-proposal-change = Thay đổi
mail-proposal-verdict = Nhận định
mail-proposal-decide = Quyết định do bạn cùng người lao động đưa ra; không có gì tự thay đổi. Thay đổi sau một biện pháp không chứng minh rằng biện pháp đó là nguyên nhân: trường hợp thường bắt đầu vào lúc khó khăn, và lúc khó khăn rồi sẽ qua.
outcome-ln_rmssd = Biến thiên nhịp tim ban đêm (ln RMSSD)
outcome-tst24_h = Giấc ngủ trong 24 giờ
outcome-rhr_bpm = Nhịp tim khi ngủ
outcome-index = Chỉ số căng thẳng tổng hợp
outcome-weekly_hours = Số giờ làm mỗi tuần
outcome-overtime_days = Số ngày làm thêm giờ mỗi tuần
outcome-night_shifts = Số ca đêm mỗi tuần
outcome-quick_returns = Số lần nghỉ giữa ca quá ngắn mỗi tuần
outcome-noise_lex8h_dba = Tiếng ồn
outcome-wbgt_c = Nhiệt độ (WBGT)
verdict-improved = tốt lên
verdict-unclear = chưa rõ
verdict-worse = xấu đi
mail-outcome-interval = { $told } (95 %: { $low } đến { $high })
mail-outcome-tau = { $told }, Tau-U { $tau }
mail-outcome-values = { $told }; { $before } giá trị trước, { $after } giá trị sau

## Invitations and counts

mail-headline-invitation = Đề nghị mời một người lao động
mail-invitation = Hãy mời người lao động điền lại các bảng hỏi này để biết tình hình có tốt lên không. Việc này là tự nguyện, và chỉ y tế lao động xem câu trả lời.
mail-invitation-instruments = Bảng hỏi
mail-invitation-by = Nên trước ngày
mail-invitation-next = Hãy chuyển lời mời theo cách vẫn thường liên hệ với người lao động.
mail-headline-committee = Thời hạn của dịch vụ y tế lao động
mail-committee = Từ lần báo trước cho hội đồng đến trước { $date }, có { $cases } trường hợp quá thời hạn của dịch vụ y tế lao động thêm một nửa hoặc hơn.
mail-committee-meaning = Y tế lao động biết đó là những trường hợp nào, và người đứng đầu đã được báo. Con số này giúp hội đồng thấy dịch vụ có đủ người và thời gian cần thiết hay không.
mail-committee-open = Thư này chỉ có một con số, không chứa thông tin của cá nhân nào.

## Many in one

mail-digest-subject = Vagus: { $count } tin trong một thư
mail-digest-preview = Có nhiều tin hơn mức có thể đọc từng tin.
mail-digest-headline = Nhiều tin trong một thư
mail-digest-told = Trong thời gian ngắn có { $count } tin gửi cho bạn. Để không bỏ sót, các tin được gộp tại đây và không gửi riêng nữa. Vui lòng xem từng tin.
mail-digest-came = Các tin đã đến
mail-digest-typed = Trên máy chạy Vagus, xem một trường hợp bằng lệnh sau, FILE là tệp cấu hình:
mail-digest-footer = Vagus gửi. Tin khủng hoảng không bao giờ gộp: mỗi tin được gửi riêng, ngay lập tức.
mail-digest-other = Tin khác
mail-digest-raised = Trường hợp mới
mail-digest-raised_again = Trường hợp tăng mức độ
mail-digest-revised = Trường hợp thay đổi do dữ liệu đến muộn
mail-digest-closed = Trường hợp đã kết thúc
mail-digest-workload_review = Yêu cầu rà soát điều kiện làm việc
mail-digest-counseling = Yêu cầu đề nghị hỗ trợ
mail-digest-reminder = Thời hạn sắp hết
mail-digest-overdue = Thời hạn đã hết
mail-digest-escalated = Thời hạn đã quá thêm một nửa
mail-digest-proposal = Đề xuất chờ quyết định
mail-digest-rescreening = Lời mời cần chuyển
mail-digest-committee = Số liệu gửi hội đồng
mail-line-alert = { $case }: hạn của biện pháp đầu tiên { $due }
mail-line-offer = { $case }: hạn đề nghị { $due }
mail-line-limit = { $case }: { $milestone }, hạn { $due }
mail-line-proposal = { $case }: tuần { $week }
mail-line-invitation = { $case }: nên trước { $date }
mail-line-committee = { $date }: { $cases }
mail-line-review = đơn vị { $unit }, hạn { $due }; các giới hạn bị vượt: { $limits } ({ $action })
mail-line-review-none = đơn vị { $unit }, hạn { $due }; chưa biết có giới hạn nào bị vượt ({ $action })

## Why something is proposed

reason-test = Sự kiện này chỉ để thử xem tin có đến nơi không. Người lao động và trường hợp là giả định; không ai cần làm gì.
reason-regression = Trường hợp thường được mở vào lúc tình hình xấu nhất, và một phần của mọi thay đổi là trở về mức thường ngày của người đó: đây chỉ là so sánh trước và sau ở một người, không chứng minh biện pháp là nguyên nhân.
reason-preliminary = Bốn tuần dùng để so sánh các đêm chưa trọn, nên nhận định từ các đêm chỉ là sơ bộ.
reason-no_score = Từ đó đến nay chưa có bảng hỏi nào so sánh được với trước khi bắt đầu.
reason-invite = Hãy mời người lao động điền lại một bảng hỏi.
reason-no_other = Thư viện không còn phương pháp nào cho việc này: hãy hỏi bác sĩ hoặc chuyên gia về bước tiếp theo.
reason-worse = Tình hình xấu đi rõ rệt: hãy nâng một bậc chăm sóc ngay, theo các thời hạn của mức L3.
reason-nights_better = Chỉ riêng các đêm tốt lên: tiếp tục như hiện nay và đề nghị điền bảng hỏi.
reason-nights_unclear = Chỉ riêng các đêm chưa cho biết có hiệu quả hay không.
reason-settled = Hai điểm số cách nhau { $number } ngày đều dưới ngưỡng: có thể kết thúc biện pháp.
reason-settled_but_hrv = Điểm số vẫn dưới ngưỡng nhưng biến thiên nhịp tim ban đêm thấp kéo dài: tiếp tục và tìm nguyên nhân khác.
reason-responding = Điểm số có đáp ứng: tiếp tục như hiện nay. Có thể kết thúc khi hai điểm số cách nhau { $number } ngày đều dưới ngưỡng.
reason-partial_early = Một phần đã tốt lên và còn sớm: tiếp tục như hiện nay đến tuần { $number }.
reason-partial = Đáp ứng một phần: hãy tăng cường (nhiều buổi hơn, thường xuyên hơn, gặp trực tiếp) và đánh giá lại ở tuần { $number }.
reason-partial_still = Sau khi tăng cường vẫn chỉ đáp ứng một phần: hãy nâng một bậc chăm sóc.
reason-none_early = Chưa có gì thay đổi và còn sớm: tiếp tục như hiện nay đến tuần { $number }.
reason-none_yet = Đến nay chưa có đáp ứng: hãy hỏi xem có thực hiện đúng kế hoạch không và tăng cường. Nếu đến tuần { $number } vẫn chưa đáp ứng thì cần đổi phương pháp.
reason-too_small_switch = Đáp ứng quá ít. Hãy đổi phương pháp:
reason-too_small_step_up = Đáp ứng quá ít. Không còn phương pháp nào khác cùng bậc, hãy nâng một bậc chăm sóc:
reason-no_conditions = Điều kiện làm việc không được báo cáo cả trước khi bắt đầu lẫn từ đó đến nay: hãy hỏi nhà máy.
reason-nothing_over = Trước khi bắt đầu không có điều kiện làm việc nào vượt giới hạn, nên số liệu không cho biết việc rà soát đã thay đổi gì: hãy hỏi người lao động và quản lý trực tiếp.
reason-conditions_changed = Điều kiện làm việc đã thay đổi: hãy giữ những gì đã thống nhất.
reason-conditions_early = Chưa phải mọi thứ đã thay đổi: tiếp tục thực hiện đến tuần { $number }.
reason-conditions_not_yet = Những gì đã thống nhất đến nay chưa thay đổi điều kiện làm việc: hãy thúc đẩy. Nếu đến tuần { $number } không có thay đổi thì cần báo hội đồng an toàn, vệ sinh lao động.
reason-conditions_unchanged = Điều kiện làm việc không thay đổi: hãy đưa ra hội đồng an toàn, vệ sinh lao động, không nêu tên người lao động.
reason-week = Tuần { $week }; chưa nêu phương pháp.
reason-week-method = Tuần { $week } của: { $method }.
reason-method = { $name } (bậc { $step }, { $weeks } tuần): { $what }
reason-score = { $instrument } là { $before } điểm ngày { $before_on } và { $now } điểm ngày { $now_on }, { $way }: { $response }{ $needed }.
reason-better = tốt lên { $percent } %
reason-poorer = xấu đi { $percent } %
reason-same = không đổi
reason-reliable = { " " }(thay đổi { $points } điểm mới đáng tin cậy)
response-worse = xấu đi rõ rệt
response-none = không cải thiện đáng tin cậy
response-partial = đáp ứng một phần
response-recovered = đã hồi phục
response-responded = có đáp ứng
reason-series = { $outcome } { $shift }{ $interval }, { $before } đêm trước và { $after } đêm sau: { $verdict }.
reason-interval = { " " }({ $low } đến { $high })
reason-exposure = { $name }: { $before } trong { $weeks_before } tuần trước, { $after } trong { $weeks_after } tuần sau: { $change }.
change-improved = ít hơn trước
change-unclear = không thay đổi
change-worse = nhiều hơn trước
