# 为保护数据而不启动的原因。

failure-source-not-directory = { $source } 已不再是文件夹。
    .title = 源不是文件夹
    .remedy = { $target } 上没有删除任何内容。请把文件夹放回去，任务会自动继续。
failure-source-replaced = { $source } 不是之前监视的那个文件夹，或在另一块磁盘上。
    .title = 源是另一个文件夹
    .remedy = { $target } 上没有删除任何内容。请挂载正确的磁盘或放回文件夹，任务会自动继续。如果新的才是对的，请确认：driftlessd allow '{ $sync }'
    .window = { $target } 上没有删除任何内容。请挂载正确的磁盘或放回文件夹，任务会自动继续。如果新的才是对的，请查看将被删除的内容并确认。
failure-source-emptied = { $source } 现在是空的，而之前不是。
    .title = 源是空的
    .remedy = { $target } 上没有删除任何内容。如果磁盘没有挂载，请挂载它，任务会自动继续。如果确实应为空，请确认：driftlessd allow '{ $sync }'
    .window = { $target } 上没有删除任何内容。如果磁盘没有挂载，请挂载它，任务会自动继续。如果确实应为空，请查看将被删除的内容并确认。
failure-source-mount-gone = 挂载在 { $source } 中 { $path } 处的磁盘不见了。
    .title = 源中的一块磁盘不见了
    .remedy = { $target } 上没有删除任何内容。请重新挂载，任务会自动继续。如果它不会再回来，请确认：driftlessd allow '{ $sync }'
    .window = { $target } 上没有删除任何内容。请重新挂载，任务会自动继续。如果它不会再回来，请查看将被删除的内容并确认。
failure-target-gone = 文件夹 { $target } 不见了。
    .title = 目标不见了
    .remedy = 没有在它的位置写入任何内容。如果磁盘没有挂载，请挂载它，任务会自动继续。如果要重新建立，请确认：driftlessd allow '{ $sync }'
    .window = 没有在它的位置写入任何内容。如果磁盘没有挂载，请挂载它，任务会自动继续。如果要重新建立，请确认。
failure-target-replaced = { $target } 不是之前写入的那个文件夹，或在另一块磁盘上。
    .title = 目标是另一个文件夹
    .remedy = 没有向它写入任何内容。请挂载正确的磁盘，任务会自动继续。如果新的才是对的，请确认：driftlessd allow '{ $sync }'
    .window = 没有向它写入任何内容。请挂载正确的磁盘，任务会自动继续。如果新的才是对的，请确认。
failure-target-not-mounted = { $target } 的磁盘没有挂载。
    .title = 目标磁盘没有挂载
    .remedy = 没有向空的挂载点写入任何内容。请挂载磁盘，任务会自动继续。如果这个文件夹本身就是对的，请确认：driftlessd allow '{ $sync }'
    .window = 没有向空的挂载点写入任何内容。请挂载磁盘，任务会自动继续。如果这个文件夹本身就是对的，请确认。

failure-delete-budget = { $target } 上将有 { $count } 个文件被删除，而未经询问最多可删除 { $limit } 个：{ $names }。
    .title = 删除操作等待您确认
    .remedy = 那边没有删除任何内容；其余照常进行。如果确实要删除这些文件，请确认：driftlessd allow '{ $sync }'。如果不是，请把它们放回去，询问会自动消失。
    .window = 那边没有删除任何内容；其余照常进行。如果确实要删除这些文件，请查看并确认。如果不是，请把它们放回去，询问会自动消失。
failure-rehearsal = 到 { $target } 的首次全量同步将发送 { $sent } 项、更改 { $changed } 项、删除 { $count } 项。
    .title = 可以开始
    .remedy = 在您确认之前不会做任何改动：driftlessd allow '{ $sync }'
    .window = 在您启动之前不会做任何改动。
