# 密码：来自哪里，以及为何取不到。$what 是账户或文件。

keyring-locked = 密钥环已锁定，无法读取 { $what } 的密码。
    .remedy = 请解锁密钥环（登录时或在密码程序中打开）；任务会自动继续。
keyring-absent = 此会话中没有密钥环应答，无法读取或保存 { $what } 的密码。
    .remedy = 请启动密钥环服务（GNOME Keyring、KWallet 或 KeePassXC），或在任务的 rsync 部分指定 password_file。
keyring-denied = 密钥环拒绝给出 { $what } 的密码。
    .remedy = 请在密钥环自己的设置中允许此程序，然后重试。
keyring-slow = 密钥环没有及时回答关于 { $what } 的询问。
    .remedy = 请查看它是否正在某个窗口等待您回答；稍后会再次询问。
keyring-unreadable = 密钥环中 { $what } 的内容不是密码，或不止一个。
    .remedy = 请重新保存：driftlessd password set { $what }
password-not-stored = 没有保存 { $what } 的密码。
    .remedy = 请保存：driftlessd password set { $what }
password-file-missing = 密码文件 { $what } 不存在。
    .remedy = 请创建它，第一行写密码，权限 0600；或去掉 password_file，把密码存入密钥环。
password-file-open = 密码文件 { $what } 可被他人读写，rsync 拒绝使用。
    .remedy = 请关闭权限：chmod 600 { $what }
password-file-owner = 密码文件 { $what } 不属于 root，以 root 运行的 rsync 拒绝使用。
    .remedy = 请改为属于 root：chown root { $what }
password-file-empty = 密码文件 { $what } 的第一行没有密码。
    .remedy = 请把密码写在第一行。
password-file-unreadable = 无法读取密码文件 { $what }。
    .remedy = 它必须是此用户可读的普通文件。

password-target = { $target } 不是需要密码的目标。
    .remedy = 请写带用户的 rsync 服务器模块：rsync://USER@HOST/MODULE 或 USER@HOST::MODULE
password-target-user = { $target } 没有写用户，因此没有对应的密码。
    .remedy = 请在前面写上用户：rsync://USER@HOST/MODULE
password-empty = 没有给出密码；没有保存任何内容。
    .remedy = 请在提示处输入，或作为标准输入的第一行给出。
password-long = 密码超过 rsync 能读取的 511 字节；没有保存任何内容。
    .remedy = 请在这里和服务器的 secrets 文件中换用较短的密码。
password-prompt = { $what } 的密码：
password-stored = { $what } 的密码已存入密钥环。
password-is-stored = 密钥环中有 { $what } 的密码。
password-deleted = { $what } 的密码已从密钥环中删除。
